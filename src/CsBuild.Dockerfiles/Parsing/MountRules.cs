using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Which options go with which type of mount.</summary>
internal static class MountRules
{
    public static MountProblem? Check(MountDraft mount)
    {
        return CheckCommon(mount) ?? mount.Type switch
        {
            MountType.Secret => CheckSecret(mount),
            MountType.Ssh when mount.Source is not null => new MountProblem("ssh does not support source", "name the agent with id="),
            MountType.Ssh when mount.From is not null => new MountProblem("ssh mount should not have a from"),
            MountType.Bind or MountType.Cache or MountType.Tmpfs => CheckTarget(mount),
            _ => null,
        };
    }

    private static MountProblem? CheckCommon(MountDraft mount)
    {
        if (mount.Required is not null && mount.Type is not (MountType.Secret or MountType.Ssh))
            return new MountProblem($"unexpected key 'required' for mount type '{Name(mount)}'");
        if (mount.Size is not null && mount.Type != MountType.Tmpfs)
            return new MountProblem($"unexpected key 'size' for mount type '{Name(mount)}'");
        if (mount.Type is MountType.Bind or MountType.Tmpfs)
        {
            var option = mount.Mode is not null ? "mode" : mount.Uid is not null ? "uid" : mount.Gid is not null ? "gid" : null;
            if (option is not null)
                return new MountProblem($"{option} not allowed for \"{Name(mount)}\" type mounts");
        }
        if (mount.Sharing is null || mount.Type == MountType.Cache)
            return null;
        return new MountProblem(mount.Type == MountType.Secret
            ? "secret mount should not define sharing"
            : $"invalid cache sharing set for {Name(mount)} mount");
    }

    private static string Name(MountDraft mount) => mount.Type.ToString().ToLowerInvariant();

    private static MountProblem? CheckSecret(MountDraft mount)
    {
        if (!string.IsNullOrEmpty(mount.From))
            return new MountProblem("secret mount should not have a from");
        if (string.IsNullOrEmpty(mount.Source) && string.IsNullOrEmpty(mount.Target) && string.IsNullOrEmpty(mount.Id))
            return new MountProblem("invalid secret mount. one of source, target required", "write for example type=secret,id=NAME");
        return !string.IsNullOrEmpty(mount.Source) && !string.IsNullOrEmpty(mount.Id)
            ? new MountProblem("both source and id can't be set")
            : null;
    }

    // Without a target it is the working directory, as for every relative target: the step knows which that is.
    private static MountProblem? CheckTarget(MountDraft mount) =>
        mount.Target is "/" ? new MountProblem("invalid mount target \"/\"") : null;
}
