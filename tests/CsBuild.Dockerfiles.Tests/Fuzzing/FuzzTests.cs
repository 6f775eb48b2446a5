using System.Diagnostics;
using System.Globalization;
using CsBuild.Dockerfiles.Parsing;
using Xunit.Abstractions;

namespace CsBuild.Dockerfiles.Tests.Fuzzing;

/// <summary>
/// Mutations of real-looking files, for as many seconds as CSBUILD_FUZZ_SECONDS says (two), from the number that
/// CSBUILD_FUZZ_SEED says on.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan LongestParse = TimeSpan.FromSeconds(2);

    [Fact]
    public void No_mutation_of_a_Dockerfile_breaks_a_promise()
    {
        var duration = TimeSpan.FromSeconds(Setting("CSBUILD_FUZZ_SECONDS", 2));
        var seed = (int)Setting("CSBUILD_FUZZ_SEED", 20260101);
        var watch = Stopwatch.StartNew();
        var (texts, accepted, bytes, slowest) = (0, 0, 0L, TimeSpan.Zero);
        do
        {
            var text = new Mutator(new Random(seed + texts)).Next();
            var before = watch.Elapsed;
            var problem = Check(text, out var isAccepted);
            var took = watch.Elapsed - before;
            Assert.True(problem is null, $"seed {seed + texts} (number {texts}): {problem}\n---\n{text}");
            Assert.True(took < LongestParse * 5, $"seed {seed + texts}: took {took}\n---\n{text}");
            (slowest, bytes) = (took > slowest ? took : slowest, bytes + text.Length);
            accepted += isAccepted ? 1 : 0;
            texts++;
        }
        while (watch.Elapsed < duration);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{texts} texts, {accepted} accepted, {bytes / 1_000_000} MB, slowest {slowest.TotalMilliseconds:0} ms, seeds {seed} to {seed + texts - 1}"));
        Assert.True(texts > 20);
    }

    [Fact]
    public void The_corpus_itself_is_accepted_and_keeps_every_promise()
    {
        Assert.True(Corpus.Files.Count >= 5);
        foreach (var (name, bytes) in Corpus.Files)
        {
            var problem = Check(System.Text.Encoding.UTF8.GetString(bytes), out var accepted);
            Assert.True(accepted && problem is null, $"{name}: {problem} {Errors(bytes)}");
        }
    }

    private static string Errors(byte[] bytes)
    {
        _ = DockerfileParser.TryParse(System.Text.Encoding.UTF8.GetString(bytes), out _, out var diagnostics);
        return string.Join('\n', diagnostics.Select(d => $"{d.Span} {d.Message}"));
    }

    private static string? Check(string text, out bool accepted)
    {
        try
        {
            return LanguageProperties.Check(text, out accepted);
        }
        catch (Exception e)
        {
            accepted = false;
            return e.ToString();
        }
    }

    private static double Setting(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
