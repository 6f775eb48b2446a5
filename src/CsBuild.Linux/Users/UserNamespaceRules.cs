using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Users;

/// <summary>The machine's rules on user namespaces, where they can be read.</summary>
internal static class UserNamespaceRules
{
    private const string Most = "/proc/sys/user/max_user_namespaces";
    private const string Debian = "/proc/sys/kernel/unprivileged_userns_clone";
    private const string AppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

    /// <summary>The rule that forbids them to an ordinary user, and what would permit them; null where none is known to.</summary>
    public static (string Rule, string Remedy)? Forbidden()
    {
        if (Setting(Most) == "0")
            return ("user.max_user_namespaces is 0", "sysctl user.max_user_namespaces=15000");
        if (Setting(Debian) == "0")
            return ("kernel.unprivileged_userns_clone is 0", "sysctl kernel.unprivileged_userns_clone=1");
        if (Setting(AppArmor) == "1")
            return ("AppArmor restricts user namespaces", "an AppArmor profile for csbuild that has `userns,`, or sysctl kernel.apparmor_restrict_unprivileged_userns=0");
        return null;
    }

    /// <summary>For a kernel that said no.</summary>
    public static SandboxException Refused(int errno)
    {
        var text = System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno);
        return Forbidden() is { } rule
            ? new SandboxException($"user namespaces are refused here ({text}): {rule.Rule}", rule.Remedy)
            : new SandboxException(
                $"user namespaces are refused here ({text})" + (errno is Errno.EPERM ? ": a system call filter, as containers have one, forbids them" : ""),
                "outside a container they need no right; inside one, a filter that permits unshare and mount");
    }

    private static string? Setting(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;
}
