using System.Globalization;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>What STOPSIGNAL takes: a number, or a Linux name with or without <c>SIG</c>, in any case.</summary>
public static class SignalName
{
    private static readonly string[] Names =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ];

    /// <summary>True for a signal that Linux has.</summary>
    public static bool IsKnown(string signal)
    {
        if (int.TryParse(signal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number != 0;
        var name = signal.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? signal[3..] : signal;
        return Names.Contains(name, StringComparer.OrdinalIgnoreCase) || IsRealTime(name);
    }

    // RTMIN+1 to RTMIN+15, RTMAX-1 to RTMAX-14: how shells name the 31 in between.
    private static bool IsRealTime(string name) =>
        InRange(name, "RTMIN+", 15) || InRange(name, "RTMAX-", 14);

    private static bool InRange(string name, string prefix, int most) =>
        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= 1 && number <= most;
}
