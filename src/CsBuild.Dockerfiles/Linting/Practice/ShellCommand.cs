namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>A simple command of a shell text: its words without quotes, the assignments before it and its redirections gone.</summary>
/// <param name="Words">At least one.</param>
/// <param name="IsPiped">Its output goes into a pipe.</param>
internal sealed record ShellCommand(IReadOnlyList<string> Words, bool IsPiped)
{
    private static readonly string[] Wrappers = ["sudo", "exec", "command", "env", "nohup", "time", "eatmydata"];

    /// <summary>The words from the program on that does the work: <c>sudo -E apt-get install x</c> is <c>apt-get install x</c>.</summary>
    public IReadOnlyList<string> Work
    {
        get
        {
            var first = 0;
            while (first < Words.Count - 1 && Wrappers.Contains(Words[first]))
            {
                first++;
                while (first < Words.Count - 1 && (Words[first].StartsWith('-') || Words[first].Contains('=', StringComparison.Ordinal)))
                    first++;
            }
            return first == 0 ? Words : [.. Words.Skip(first)];
        }
    }

    /// <summary>The last part of the program's path.</summary>
    public string Program => Work[0][(Work[0].LastIndexOf('/') + 1)..];

    /// <summary>The first word after the program that is no option.</summary>
    public string Verb => Work.Skip(1).FirstOrDefault(w => !w.StartsWith('-')) ?? "";

    public bool Has(params ReadOnlySpan<string> options)
    {
        foreach (var word in Work)
            if (options.Contains(word))
                return true;
        return false;
    }

    /// <summary>A letter among short options, as <c>y</c> in <c>-qqy</c>.</summary>
    public bool HasShort(char letter) => Work.Any(w => w.Length > 1 && w[0] == '-' && w[1] != '-' && w.Contains(letter, StringComparison.Ordinal));
}
