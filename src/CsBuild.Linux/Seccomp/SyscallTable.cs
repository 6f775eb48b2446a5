using System.Globalization;

namespace CsBuild.Linux.Seccomp;

/// <summary>A system call of one architecture. A class: queries over pairs would be code of their own, compiled in each build that runs a step.</summary>
internal sealed record SystemCall(int Number, string Name);

/// <summary>Names and numbers of system calls, by architecture.</summary>
internal static partial class SyscallTable
{
    /// <summary>Bit 30 of the number marks a call of the x32 kind.</summary>
    public const uint X32Bit = 0x40000000;

    /// <summary>x86-64.</summary>
    public static IEnumerable<SystemCall> X64 => Read(X64Text);

    /// <summary>x32, without its mark: the calls of x86-64 but for those that take other structures.</summary>
    public static IEnumerable<SystemCall> X32
    {
        get
        {
            var own = Read(X32Text).ToList();
            var names = own.Select(call => call.Name).ToHashSet(StringComparer.Ordinal);
            return Read(X64Text).Where(call => !names.Contains(call.Name)).Concat(own);
        }
    }

    /// <summary>32-bit x86.</summary>
    public static IEnumerable<SystemCall> I386 => Read(I386Text);

    /// <summary>arm64.</summary>
    public static IEnumerable<SystemCall> Arm64 => Read(Arm64Text);

    private static IEnumerable<SystemCall> Read(string text)
    {
        var number = 0;
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (char.IsAsciiDigit(word[0]))
                number = int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
            else
                yield return new SystemCall(number++, word);
        }
    }
}
