using System.Runtime.InteropServices;
using System.Text.Json;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Seccomp;

namespace CsBuild.Linux.Runtimes;

/// <summary>
/// The policy of <see cref="FilterPolicy"/> in the words of an OCI runtime. What no rule names gets ENOSYS, so calls that
/// the runtime's own tables do not know fall back. Arguments are compared in their low half, as the kernel takes them:
/// a comparison of all 64 bits could be passed by with junk in the high half. "Other than" is not among a runtime's
/// masked comparisons, so it is said as "has another bit than".
/// </summary>
internal static class RuntimeFilter
{
    private const ulong Low = 0xffffffff;

    /// <summary>Writes the value of <c>linux.seccomp</c>.</summary>
    /// <param name="json">Stands at the value.</param>
    /// <param name="capabilities">What the step keeps.</param>
    /// <param name="nativeOnly">True: programs of the machine's older architectures cannot make any call.</param>
    public static void Write(Utf8JsonWriter json, ulong capabilities, bool nativeOnly)
    {
        json.WriteStartObject();
        json.WriteString("defaultAction", "SCMP_ACT_ERRNO");
        json.WriteNumber("defaultErrnoRet", Errno.ENOSYS);
        json.WriteStartArray("architectures");
        foreach (var architecture in Architectures(nativeOnly))
            json.WriteStringValue(architecture);
        json.WriteEndArray();
        json.WriteStartArray("syscalls");
        var verdicts = FilterPolicy.For(capabilities);
        Rule(json, Named(verdicts, Verdict.Allow), allow: true, null);
        Rule(json, Named(verdicts, Verdict.Refuse), allow: false, null);
        foreach (var name in Named(verdicts, Verdict.CheckClone))
            Clone(json, name);
        foreach (var name in Named(verdicts, Verdict.CheckPersonality))
            foreach (var value in FilterPolicy.AllowedPersonalities)
                Rule(json, [name], allow: true, (0, Low, value));
        foreach (var name in Named(verdicts, Verdict.CheckSocket))
            AllBut(json, name, 0, FilterPolicy.RefusedFamilies);
        foreach (var name in Named(verdicts, Verdict.CheckIoctl))
            AllBut(json, name, 1, FilterPolicy.RefusedRequests);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string[] Architectures(bool nativeOnly) => RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? ["SCMP_ARCH_AARCH64"]
        : nativeOnly ? ["SCMP_ARCH_X86_64"] : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    private static string[] Named(Dictionary<string, Verdict> verdicts, Verdict verdict) =>
        [.. verdicts.Where(pair => pair.Value == verdict).Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    private static void Clone(Utf8JsonWriter json, string name)
    {
        Rule(json, [name], allow: true, (0, FilterPolicy.NewNamespaces, 0));
        for (var bit = 1u; bit != 0; bit <<= 1)
            if ((FilterPolicy.NewNamespaces & bit) != 0)
                Rule(json, [name], allow: false, (0, bit, bit));
    }

    /// <summary>Refuses the call with one of two values, and allows it with all others.</summary>
    private static void AllBut(Utf8JsonWriter json, string name, int argument, uint[] refused)
    {
        var differ = refused[0] ^ refused[1];
        foreach (var value in refused)
            Rule(json, [name], allow: false, (argument, Low, value));
        // a value that has another bit than both where they agree, or a third pattern where they do not, is neither
        for (var bit = 1u; bit != 0; bit <<= 1)
            if ((differ & bit) == 0)
                Rule(json, [name], allow: true, (argument, bit, ~refused[0] & bit));
        for (var pattern = 0u; pattern <= differ; pattern++)
            if ((pattern & ~differ) == 0 && !refused.Any(value => (value & differ) == pattern))
                Rule(json, [name], allow: true, (argument, differ, pattern));
    }

    private static void Rule(Utf8JsonWriter json, string[] names, bool allow, (int Argument, ulong Mask, ulong Value)? condition)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("action", allow ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        if (!allow)
            json.WriteNumber("errnoRet", Errno.EPERM);
        if (condition is { } given)
        {
            json.WriteStartArray("args");
            json.WriteStartObject();
            json.WriteNumber("index", given.Argument);
            json.WriteNumber("value", given.Mask);
            json.WriteNumber("valueTwo", given.Value);
            json.WriteString("op", "SCMP_CMP_MASKED_EQ");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
