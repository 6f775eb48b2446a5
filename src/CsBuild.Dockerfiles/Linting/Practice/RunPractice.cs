using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>The commands of RUN.</summary>
internal sealed class RunPractice(LintRun run)
{
    private const int HighId = 99_999;

    private bool _hasPipeFail;
    private bool _isForeignShell;
    private bool _usedWget;
    private bool _usedCurl;

    /// <summary>From here on commands run in this shell.</summary>
    public void UseShell(ShellInstruction shell)
    {
        _hasPipeFail = shell.Arguments.Any(a => a.Contains("pipefail", StringComparison.Ordinal));
        _isForeignShell = shell.Arguments[0].Contains("powershell", StringComparison.OrdinalIgnoreCase)
            || shell.Arguments[0].Contains("pwsh", StringComparison.OrdinalIgnoreCase)
            || shell.Arguments[0].Contains("cmd", StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="command">The instruction.</param>
    /// <param name="set">The variables that ENV and ARG have set so far.</param>
    public void Check(RunInstruction command, HashSet<string> set)
    {
        if (_isForeignShell || command.Script is not null)
            return;
        var text = command.Command is CommandLine.Shell shell ? shell.Text : "";
        var commands = command.Command is CommandLine.Exec { Arguments: { Count: > 0 } words } ? new List<ShellCommand> { new(words, false) } : ShellText.Parse(text);
        if (!_hasPipeFail && commands.Any(c => c.IsPiped) && !text.Contains("pipefail", StringComparison.Ordinal))
            run.Sink.Report(OwnRules.PipeFail, "Only the last program of a pipe decides whether this RUN fails", command);
        if (commands.Count > 0 && commands[0].Program == "cd" && command.Command is CommandLine.Shell)
            run.Sink.Report(OwnRules.CdInRun, commands.Count == 1 ? "A cd has no effect on the next instruction" : "A WORKDIR before this RUN says the same for all that follow", command);
        foreach (var one in commands)
            CheckOne(command, one, set);
        CheckLists(command, commands);
        CheckFetchers(command, commands);
    }

    private void CheckOne(RunInstruction instruction, ShellCommand command, HashSet<string> set)
    {
        if (command.Words[0] == "sudo")
            run.Sink.Report(OwnRules.Sudo, "sudo is for terminals: USER says who runs what follows", instruction);
        switch (command.Program)
        {
            case "apt-get" or "apt":
                CheckApt(instruction, command);
                break;
            case "yum" or "dnf" or "microdnf" when command.Verb is "install" or "groupinstall" or "localinstall":
                CheckInstall(instruction, command, command.HasShort('y') || command.Has("--assumeyes"));
                break;
            case "zypper" when command.Verb is "install" or "in":
                CheckInstall(instruction, command, command.HasShort('y') || command.Has("-n", "--non-interactive", "--no-confirm"));
                break;
            case "apk" when command.Verb == "add":
                if (!command.Has("--no-cache") && !HasMount(instruction, "/var/cache/apk", "/etc/apk/cache"))
                    run.Sink.Report(OwnRules.ApkNoCache, "apk add without --no-cache leaves its index in the image", instruction);
                CheckVersions(instruction, command, '=');
                break;
            case "pip" or "pip3" when command.Verb == "install":
                if (!command.Has("--no-cache-dir") && !set.Contains("PIP_NO_CACHE_DIR") && !HasMount(instruction, "/root/.cache", "/root/.cache/pip"))
                    run.Sink.Report(OwnRules.PipCache, $"{command.Program} install without --no-cache-dir leaves its downloads in the image", instruction);
                break;
            case "useradd" when IsHigh(command) && !command.HasShort('l') && !command.Has("--no-log-init"):
                run.Sink.Report(OwnRules.HighUid, "useradd with a high number and without -l writes a sparse file of gigabytes", instruction);
                break;
        }
    }

    private void CheckApt(RunInstruction instruction, ShellCommand command)
    {
        if (command.Program == "apt")
            run.Sink.Report(OwnRules.AptForPeople, "apt changes its output and its options between versions: apt-get does not", instruction);
        if (command.Verb != "install")
            return;
        CheckInstall(instruction, command, command.HasShort('y') || command.Has("--yes", "--assume-yes", "-qq"));
        if (!command.Has("--no-install-recommends") && !command.Work.Any(w => w.Contains("Install-Recommends", StringComparison.Ordinal)))
            run.Sink.Report(OwnRules.AptRecommends, $"{command.Program} install also installs what packages recommend: --no-install-recommends", instruction);
    }

    private void CheckInstall(RunInstruction instruction, ShellCommand command, bool isYes)
    {
        if (!isYes)
            run.Sink.Report(OwnRules.InstallNeedsYes, $"{command.Program} {command.Verb} asks before it installs, and nobody answers: -y", instruction);
        CheckVersions(instruction, command, command.Program is "apt-get" or "apt" or "zypper" ? '=' : '-');
    }

    private void CheckVersions(RunInstruction instruction, ShellCommand command, char mark)
    {
        var packages = command.Work.Skip(1).Where(w => !w.StartsWith('-') && !w.StartsWith('.') && w.AsSpan().IndexOfAny("/$") < 0).SkipWhile(w => w != command.Verb).Skip(1);
        var open = packages.Where(p => !p.Contains(mark, StringComparison.Ordinal) && p.AsSpan().IndexOfAny("<>~@") < 0).ToList();
        if (open.Count > 0)
            run.Sink.Report(OwnRules.UnpinnedPackages, $"No version is given for {string.Join(", ", open.Take(5))}{(open.Count > 5 ? ", …" : "")}", instruction);
    }

    private void CheckLists(RunInstruction instruction, IReadOnlyList<ShellCommand> commands)
    {
        if (commands.Any(c => c.Program is "apt-get" or "apt" && c.Verb is "update")
            && !commands.Any(c => c.Program == "rm" && c.Work.Any(w => w.StartsWith("/var/lib/apt", StringComparison.Ordinal)))
            && !HasMount(instruction, "/var/lib/apt", "/var/lib/apt/lists"))
            run.Sink.Report(OwnRules.PackageListsKept, "The package lists stay in the image: rm -rf /var/lib/apt/lists/*", instruction);
        foreach (var (program, cache) in ((string, string)[])[("yum", "/var/cache/yum"), ("dnf", "/var/cache/dnf"), ("microdnf", "/var/cache/yum"), ("zypper", "/var/cache/zypp")])
            if (commands.Any(c => c.Program == program && c.Verb is "install" or "in")
                && !commands.Any(c => (c.Program == program && c.Verb is "clean" or "cc") || (c.Program == "rm" && c.Work.Any(w => w.StartsWith(cache, StringComparison.Ordinal))))
                && !HasMount(instruction, cache))
                run.Sink.Report(OwnRules.PackageListsKept, $"The package cache stays in the image: {program} clean all", instruction);
    }

    private void CheckFetchers(RunInstruction instruction, IReadOnlyList<ShellCommand> commands)
    {
        var hadBoth = _usedWget && _usedCurl;
        _usedWget |= commands.Any(c => c.Program == "wget");
        _usedCurl |= commands.Any(c => c.Program == "curl");
        if (_usedWget && _usedCurl && !hadBoth)
            run.Sink.Report(OwnRules.WgetAndCurl, "This stage uses wget and curl", instruction);
    }

    private static bool HasMount(RunInstruction instruction, params ReadOnlySpan<string> targets)
    {
        foreach (var mount in instruction.Mounts)
            if (mount is { Type: MountType.Cache or MountType.Tmpfs, Target: { } target } && targets.Contains(target.TrimEnd('/')))
                return true;
        return false;
    }

    private static bool IsHigh(ShellCommand command)
    {
        for (var i = 0; i + 1 < command.Work.Count; i++)
            if (command.Work[i] is "-u" or "--uid" && long.TryParse(command.Work[i + 1], out var id) && id > HighId)
                return true;
        return false;
    }
}
