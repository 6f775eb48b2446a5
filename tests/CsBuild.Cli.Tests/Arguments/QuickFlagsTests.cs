using System.Collections;
using System.CommandLine;
using System.Globalization;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Commands;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class QuickFlagsTests
{
    [Theory]
    [InlineData("build -q -t app:1 -t app:2 .")]
    [InlineData("-t app .")]
    [InlineData(". --tag=app --network host --no-cache")]
    [InlineData("build build")]
    [InlineData("--root /r --config=c build -f Dockerfile.x --target a dir")]
    [InlineData("-t x build")]
    [InlineData("--pull --push --build-arg A=1=2 --build-arg B --platform linux/arm64 --label a=b -o type=oci,dest=x --target a --target b .")]
    [InlineData("--progress plain -o=out --load .")]
    public void Ordinary_command_lines_are_read_as_the_full_parser_reads_them(string line)
    {
        var args = line.Split(' ');
        var quick = QuickFlags.TryRead(args);
        Assert.NotNull(quick);
        Assert.Equal(Described(Full(args)), Described(quick));
    }

    [Theory]
    [InlineData("build")]
    [InlineData(". .")]
    [InlineData("-t")]
    [InlineData("-t app --squash .")]
    [InlineData("-tapp .")]
    [InlineData("-f - .")]
    [InlineData("--quiet true .")]
    [InlineData("--quiet=true .")]
    [InlineData("--tag= .")]
    [InlineData("--help")]
    [InlineData("-t app -- .")]
    [InlineData("--secret id=a .")]
    public void What_is_not_ordinary_is_left_to_the_full_parser(string line) => Assert.Null(QuickFlags.TryRead(line.Split(' ')));

    [Theory]
    [InlineData("check", null, new string[0])]
    [InlineData("check a b", null, new[] { "a", "b" })]
    [InlineData("check -", null, new[] { "-" })]
    [InlineData("check -f x dir", "x", new[] { "dir" })]
    [InlineData("check dir --file - -f y", "y", new[] { "dir" })]
    public void A_check_of_files_needs_no_full_parser(string line, string? file, string[] words)
    {
        var quick = CheckFlags.TryReadQuickly(line.Split(' '));
        Assert.NotNull(quick);
        Assert.Equal(file, quick.Build.File);
        Assert.Equal(words, quick.Words);
    }

    [Theory]
    [InlineData("check --fix")]
    [InlineData("check -f")]
    [InlineData("check -f -x")]
    [InlineData("check a --format json")]
    [InlineData("build check")]
    public void A_check_that_says_more_is_left_to_the_full_parser(string line) => Assert.Null(CheckFlags.TryReadQuickly(line.Split(' ')));

    private static BuildFlags Full(string[] args)
    {
        using var around = new Around();
        var shared = new SharedOptions();
        var command = new BuildCommand(around.Surroundings, shared);
        var root = new Command("csbuild");
        shared.AddTo(root);
        root.Subcommands.Add(command.Create());
        var i = 0;
        while (i < args.Length && SharedOptions.Length(args[i]) is > 0 and var length)
            i += length;
        var parsed = root.Parse([.. args[i] == "build" ? [] : (string[])["build"], .. args.Select(a => Flags.Spelled(a, root))]);
        Assert.Empty(parsed.Errors);
        return command.Read(parsed);
    }

    private static string Described(BuildFlags flags) => string.Join('\n', typeof(BuildFlags).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)
        .Select(p => p.Name + " " + (p.GetValue(flags) is IEnumerable list and not string
            ? string.Join('|', list.Cast<string>())
            : Convert.ToString(p.GetValue(flags), CultureInfo.InvariantCulture))));
}
