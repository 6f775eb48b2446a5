using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Seccomp;

/// <summary>
/// Turns the policy into a program for seccomp(2): one binary search over the numbers for each architecture, so that a
/// call costs some ten instructions, and none where the kernel has learnt that it is always allowed.
/// </summary>
internal sealed class FilterProgram
{
    private const uint X64 = 0xc000003e;
    private const uint I386 = 0x40000003;
    private const uint Arm64 = 0xc00000b7;
    private const uint Allow = 0x7fff0000;
    private const uint Fail = 0x00050000;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;

    private readonly List<Instruction> _code = [];

    /// <summary><c>struct sock_filter</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte True, byte False, uint Value);

    /// <summary>The program for a step that keeps <paramref name="capabilities"/>, as the kernel takes it.</summary>
    /// <param name="capabilities">A bit for each.</param>
    /// <param name="nativeOnly">True: programs of the machine's older architectures cannot make any call.</param>
    public static byte[] Compile(ulong capabilities, bool nativeOnly)
    {
        var verdicts = FilterPolicy.For(capabilities);
        var program = new FilterProgram();
        program.Load(ArchitectureOffset);
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            program.Section(Arm64, null, SyscallTable.Arm64, verdicts);
        }
        else
        {
            program.Section(X64, nativeOnly ? [] : SyscallTable.X32, SyscallTable.X64, verdicts);
            if (!nativeOnly)
                program.Section(I386, null, SyscallTable.I386, verdicts);
        }
        program._code.Add(Return(Fail | Errno.EPERM));
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(program._code)).ToArray();
    }

    /// <summary>What is done on one architecture; for another, the accumulator still holds it after the section.</summary>
    private void Section(uint architecture, IEnumerable<SystemCall>? marked, IEnumerable<SystemCall> calls, Dictionary<string, Verdict> verdicts)
    {
        var body = new List<Instruction> { LoadFrom(NumberOffset) };
        if (marked is not null)
        {
            List<Instruction> x32 = [new(0x54, 0, 0, ~SyscallTable.X32Bit), .. Search(Ranges(marked, verdicts))];
            // without calls of that kind all are refused
            if (x32.Count == 2)
                x32 = [Return(Fail | Errno.EPERM)];
            body.Add(new Instruction(0x45, 1, 0, SyscallTable.X32Bit)); // JSET
            body.Add(Jump(x32.Count));
            body.AddRange(x32);
        }
        body.AddRange(Search(Ranges(calls, verdicts)));
        _code.Add(new Instruction(0x15, 1, 0, architecture)); // JEQ
        _code.Add(Jump(body.Count));
        _code.AddRange(body);
    }

    /// <summary>Where each verdict begins to hold, in order of numbers; the last goes on for ever.</summary>
    private static List<(uint From, Verdict Verdict)> Ranges(IEnumerable<SystemCall> calls, Dictionary<string, Verdict> verdicts)
    {
        var ranges = new List<(uint From, Verdict Verdict)> { (0, Verdict.Unknown) };
        uint next = 0;
        foreach (var (number, name) in calls.OrderBy(call => call.Number))
        {
            if (number > next)
                Begin(ranges, next, Verdict.Unknown);
            Begin(ranges, (uint)number, verdicts.GetValueOrDefault(name, Verdict.Refuse));
            next = (uint)number + 1;
        }
        Begin(ranges, next, Verdict.Unknown);
        return ranges;
    }

    private static void Begin(List<(uint From, Verdict Verdict)> ranges, uint from, Verdict verdict)
    {
        if (ranges[^1].From == from)
            ranges.RemoveAt(ranges.Count - 1);
        if (ranges.Count == 0 || ranges[^1].Verdict != verdict)
            ranges.Add((from, verdict));
    }

    private static List<Instruction> Search(List<(uint From, Verdict Verdict)> ranges)
    {
        if (ranges.Count == 1)
            return Decide(ranges[0].Verdict);
        var middle = ranges.Count / 2;
        var low = Search(ranges[..middle]);
        var high = Search(ranges[middle..]);
        // JGE reaches 255 instructions, an unconditional jump all
        return low.Count <= byte.MaxValue
            ? [new Instruction(0x35, (byte)low.Count, 0, ranges[middle].From), .. low, .. high]
            : [new Instruction(0x35, 0, 1, ranges[middle].From), Jump(low.Count), .. low, .. high];
    }

    private static List<Instruction> Decide(Verdict verdict) => verdict switch
    {
        Verdict.Allow => [Return(Allow)],
        Verdict.Refuse => [Return(Fail | Errno.EPERM)],
        Verdict.Unknown => [Return(Fail | Errno.ENOSYS)],
        Verdict.CheckClone => [LoadFrom(Argument(0)), new(0x45, 0, 1, FilterPolicy.NewNamespaces), Return(Fail | Errno.EPERM), Return(Allow)],
        Verdict.CheckPersonality => OneOf(0, FilterPolicy.AllowedPersonalities, Allow, Fail | Errno.EPERM),
        Verdict.CheckSocket => OneOf(0, FilterPolicy.RefusedFamilies, Fail | Errno.EPERM, Allow),
        Verdict.CheckIoctl => OneOf(1, FilterPolicy.RefusedRequests, Fail | Errno.EPERM, Allow),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static List<Instruction> OneOf(int argument, uint[] values, uint then, uint otherwise)
    {
        var code = new List<Instruction> { LoadFrom(Argument(argument)) };
        for (var i = 0; i < values.Length; i++)
            code.Add(new Instruction(0x15, (byte)(values.Length - i), 0, values[i]));
        code.Add(Return(otherwise));
        code.Add(Return(then));
        return code;
    }

    private void Load(uint offset) => _code.Add(LoadFrom(offset));

    private static Instruction LoadFrom(uint offset) => new(0x20, 0, 0, offset);

    private static Instruction Jump(int count) => new(0x05, 0, 0, (uint)count);

    private static Instruction Return(uint action) => new(0x06, 0, 0, action);

    /// <summary>The low half of an argument, in <c>struct seccomp_data</c>: the kernel looks at no more of those that are checked.</summary>
    private static uint Argument(int number) => 16 + (8 * (uint)number);
}
