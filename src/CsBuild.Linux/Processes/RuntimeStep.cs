using System.Text.Json;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Runtimes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>
/// A step that an OCI runtime starts. The runtime is itself the first process of a pid namespace, so that its end, by
/// whatever signal, and that of the builder, end all that it started. Inside the container our own first process stands
/// before the command, as in other steps: so orphans are reaped, and the command's exit is not mixed up with the
/// runtime's.
/// </summary>
internal static class RuntimeStep
{
    private const int SysResource = 24;
    private const int MaxLog = 1 << 20;

    // descriptors of the runtime, which it hands on under the same numbers
    private const string FirstProgram = "/proc/self/fd/4";

    /// <summary>Writes the bundle, and returns the message for the process that becomes the runtime.</summary>
    public static byte[] Prepare(StepPlan plan, RuntimeProgram runtime, int groups)
    {
        var folders = Folders(plan);
        Directory.CreateDirectory(folders.Bundle);
        Directory.CreateDirectory(folders.State);
        var spec = plan.Spec;
        var confined = plan.Confinement.MasksPaths;
        if (spec.Arguments.Count == 0 || spec.Arguments[0].Length == 0)
            throw new SandboxException("the step has no program to run");
        var config = new RuntimeConfig
        {
            Root = plan.RootPlace,
            Spec = spec,
            Arguments = [FirstProgram, .. InitMessage.Programs(spec), "", .. spec.Arguments],
            Capabilities = plan.Confinement.Capabilities & ProcessRights.Current.Capabilities,
            NoNewPrivileges = (plan.Confinement.Flags & InitFlags.NoNewPrivileges) != 0,
            IsConfined = confined,
            MaskedProc = confined ? InitMessage.MaskedProc : [],
            ReadOnlyProc = confined ? InitMessage.ReadOnlyProc : [],
            Limits = [.. plan.Confinement.Limits.Select(Resolve)],
            GroupsPath = runtime.EntersGroups ? plan.Group?.RuntimePath : null,
            ShowsGroups = plan.Groups.AreUnified,
        };
        if (!runtime.EntersGroups)
            ShowVersion2(plan.Groups);
        File.WriteAllBytes(Path.Combine(folders.Bundle, "config.json"), config.Write());
        return InitMessage.ForRuntime(runtime.Command(folders, UnaskedGroups.ContainerName(plan.Folder), ProcessRights.Current.IsInitialNamespace), groups, spec.Terminal);
    }

    /// <summary>What a runtime said that did not come as far as the command.</summary>
    public static string Problem(StepPlan plan)
    {
        var log = Folders(plan).Log;
        if (!File.Exists(log) || new FileInfo(log).Length > MaxLog)
            return "it says no reason";
        var last = File.ReadLines(log).LastOrDefault(line => line.Length > 0) ?? "it says no reason";
        try
        {
            using var json = JsonDocument.Parse(last);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("msg", out var text) ? text.ToString() : last;
        }
        catch (JsonException)
        {
            return last;
        }
    }

    /// <summary>
    /// crun gives up where both versions of control groups have controllers, though it is told to leave them alone. In
    /// this thread's mounts there is version 2 alone.
    /// </summary>
    private static void ShowVersion2(ControlGroups groups)
    {
        if (groups.AreUnified || groups.Unified is not { } unified || Path.GetDirectoryName(unified.MountPoint) is not { } place)
            return;
        using var mount = Libc.OpenTree(Libc.AT_FDCWD, unified.MountPoint);
        using var target = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY);
        Libc.MoveMount(mount, target, place);
    }

    private static RuntimeFolders Folders(StepPlan plan)
    {
        var own = Path.Combine(plan.Folder.Path, "runtime");
        return new RuntimeFolders(Path.Combine(own, "bundle"), Path.Combine(own, "state"), Path.Combine(own, "log"));
    }

    private static (ProcessLimitKind Kind, ulong Soft, ulong Hard) Resolve(InitLimit asked)
    {
        var (_, highest) = Libc.Limit(asked.Resource);
        var hard = (asked.Flags & InitLimitFlags.KeepHard) != 0 ? highest : asked.Hard;
        var raises = ProcessRights.Current.IsInitialNamespace && ProcessRights.Current.Has(SysResource);
        if ((asked.Flags & InitLimitFlags.AsFarAsAllowed) != 0 && !raises)
            hard = Math.Min(hard, highest);
        return ((ProcessLimitKind)asked.Resource, Math.Min(asked.Soft, hard), hard);
    }
}
