using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

public sealed class DamageTests
{
    [Fact]
    public async Task R6_a_damaged_layer_is_noticed_and_the_build_after_that_makes_it_anew()
    {
        await using var build = new TestBuild(_ => new FakeStep { Prints = "x" }).With("a.txt", new string('a', 5000)).With("b.txt", "two");
        const string Text = "FROM scratch AS s\nCOPY a.txt /\nFROM scratch\nCOPY --from=s /a.txt /";
        await build.RunAsync(Text);
        var blob = Directory.EnumerateFiles(Path.Combine(build.Builder.Store.Root, "blobs", "sha256")).First(f => new FileInfo(f).Length > 5000);
        var bytes = await File.ReadAllBytesAsync(blob);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes);
        Task<BuildResult> ExportAsync() => build.RunAsync(Text, r => r with { Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(build.Temp("out.tar")))] });

        var e = await Assert.ThrowsAsync<BuildException>(ExportAsync);
        var healed = await ExportAsync();

        Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, healed.StepsRun);
        Assert.Equal(new string('a', 5000), (await build.FilesAsync(healed))["a.txt"]);
    }
}
