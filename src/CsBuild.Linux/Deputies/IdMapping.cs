using System.Globalization;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Deputies;

/// <summary>Gives the ids to a new user namespace. user_namespaces(7), newuidmap(1).</summary>
internal static class IdMapping
{
    /// <summary>Writes both maps of the namespace that <paramref name="pid"/> is in.</summary>
    /// <exception cref="SandboxException">The machine does not permit it.</exception>
    public static void Apply(int pid, UserMaps maps)
    {
        if (maps.Programs is { } programs)
        {
            Run(programs.Uid, pid, maps.Uids);
            Run(programs.Gid, pid, maps.Gids);
            return;
        }
        try
        {
            // who gives only his own group may give it where groups can no longer be left (CVE-2014-8989)
            if (maps.HasOneId)
                File.WriteAllText($"/proc/{pid}/setgroups", "deny");
            File.WriteAllText($"/proc/{pid}/uid_map", Lines(maps.Uids));
            File.WriteAllText($"/proc/{pid}/gid_map", Lines(maps.Gids));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"the ids of a user namespace cannot be set: {e.Message}", "csbuild doctor says more", e);
        }
    }

    private static string Lines(IReadOnlyList<IdRange> ranges) => string.Concat(ranges.Select(range => range + "\n"));

    private static unsafe void Run(string program, int pid, IReadOnlyList<IdRange> ranges)
    {
        var words = ranges.SelectMany(range => (uint[])[range.Inside, range.Outside, range.Count]).Select(Text);
        var (read, write) = Libc.Pipe();
        using (read)
        using (var nothing = Libc.Open("/dev/null", Libc.O_RDWR))
        {
            int child = 0;
            using (write)
            using (var request = new SpawnRequest([program, Text((uint)pid), .. words], [], [nothing, nothing, write], 32))
                SpawnRequest.Must(request.Spawn(&child), program);
            var said = Drain(read);
            int status;
            while (Libc.waitpid(child, &status, 0) < 0)
                if (Libc.LastErrno != Errno.EINTR)
                    throw new LinuxException("waitpid", program, Libc.LastErrno);
            if (status != 0)
                throw new SandboxException($"{program} refused the ids of a user namespace: {said}", $"see {SubordinateIds.Users} and {SubordinateIds.Groups}; csbuild doctor says more");
        }
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static unsafe string Drain(Fd pipe)
    {
        const int size = 1024;
        var buffer = stackalloc byte[size];
        var said = new System.Text.StringBuilder();
        nint count;
        while ((count = Libc.read(pipe.Value, buffer, size)) != 0)
        {
            if (count < 0 && Libc.LastErrno != Errno.EINTR)
                break;
            if (count > 0 && said.Length < size)
                said.Append(System.Text.Encoding.UTF8.GetString(buffer, (int)count));
        }
        return said.ToString().Trim().ReplaceLineEndings("; ");
    }
}
