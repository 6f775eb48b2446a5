using System.Globalization;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Reads the options of <c>--mount</c>: once as they are written, and again with the values of variables.</summary>
public static class MountOptions
{
    /// <summary>
    /// The mount with all its option values expanded, checked as a whole: quotes and escapes are gone. Throws
    /// <see cref="ExpansionException"/>, also where an expanded value is not one that the option takes.
    /// </summary>
    /// <param name="mount">From <see cref="RunInstruction.Mounts"/>.</param>
    /// <param name="expand">One value to one value.</param>
    public static RunMount Expand(RunMount mount, Func<string, string> expand)
    {
        var (expanded, problem) = Build(mount.Options, expand, strict: true);
        return problem is null ? expanded! : throw new ExpansionException(problem.Message);
    }

    /// <summary>The mount as written; values that hold variables are not checked yet.</summary>
    internal static RunMount Read(Word options)
    {
        var (mount, problem) = Build(options, value => value, strict: false);
        return problem is null ? mount! : throw new SyntaxFault(problem.Message, options.Span, problem.Hint);
    }

    private static (RunMount? Mount, MountProblem? Problem) Build(Word options, Func<string, string> expand, bool strict)
    {
        var fields = MountGrammar.TryRead(options.Text);
        if (fields is null)
            return (null, new MountProblem($"a quote stands in the wrong place in mount options: {options.Text}"));
        var state = new MountDraft();
        foreach (var field in fields)
        {
            if (Apply(state, field, expand, strict) is { } problem)
                return (null, problem);
        }
        return state.TypeIsOpen ? (state.ToMount(options), null) : Finish(state, options);
    }

    private static (RunMount? Mount, MountProblem? Problem) Finish(MountDraft state, Word options) =>
        MountRules.Check(state) is { } problem ? (null, problem) : (state.ToMount(options), null);

    private static MountProblem? Apply(MountDraft state, string field, Func<string, string> expand, bool strict)
    {
        var equals = field.IndexOf('=', StringComparison.Ordinal);
        var key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
        if (equals < 0)
            return ApplyBare(state, key, field);
        if (!MountDraft.Keys.Contains(key, StringComparer.Ordinal))
            return Unknown(key, field);
        var written = field[(equals + 1)..];
        var dollar = written.IndexOf('$', StringComparison.Ordinal);
        if (key == "from" && dollar >= 0 && dollar != written.Length - 1)
            return new MountProblem("'from' doesn't support variable expansion, define alias stage instead");
        var value = expand(written);
        // What a variable will hold is not known here: such a value is checked when the step is planned.
        if (!strict && written.AsSpan().IndexOfAny("$\\`\"'") >= 0)
            return state.TakeOpen(key, value);
        return state.Take(key, value);
    }

    private static MountProblem? ApplyBare(MountDraft state, string key, string field) => key switch
    {
        "ro" or "readonly" or "rw" or "readwrite" or "required" => state.Take(key, "true"),
        _ => new MountProblem($"invalid field '{field}' must be a key=value pair"),
    };

    private static MountProblem Unknown(string key, string field)
    {
        var near = Suggestion.For(key, MountDraft.Keys);
        return new MountProblem(
            string.Create(CultureInfo.InvariantCulture, $"unexpected key '{key}' in '{field}'"), near is null ? null : $"did you mean {near}?");
    }
}

/// <summary>Why a mount cannot be.</summary>
internal sealed record MountProblem(string Message, string? Hint = null);
