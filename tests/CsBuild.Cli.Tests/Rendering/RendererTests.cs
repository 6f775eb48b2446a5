using CsBuild.Cli.Rendering;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using Spectre.Console;

namespace CsBuild.Cli.Tests.Rendering;

public sealed class RendererTests
{
    [Fact]
    public void Plain_progress()
    {
        using var writer = NewWriter();
        Golden.Verify(RecordedBuild.Play(new PlainRenderer(writer, clean: true), writer));
    }

    [Fact]
    public void Raw_json_progress()
    {
        using var writer = NewWriter();
        Golden.Verify(RecordedBuild.Play(new RawJsonRenderer(writer), writer));
    }

    [Fact]
    public void Terminal_progress()
    {
        using var writer = NewWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 60;
        console.Profile.Height = 20;
        var clock = new SteppingClock(RecordedBuild.Start);
        Golden.Verify(RecordedBuild.Play(new TtyRenderer(console, writer, clock), writer).Replace("\e", "<ESC>", StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_progress_leaves_bytes_alone_where_no_terminal_reads_them()
    {
        using var writer = NewWriter();
        Assert.Contains("\e[31mred", RecordedBuild.Play(new PlainRenderer(writer, clean: false), writer), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_is_not_shown_does_not_fill_the_memory()
    {
        using var writer = NewWriter();
        var renderer = new PlainRenderer(writer, clean: false);
        Digest quiet = Digest.Of("q"u8), loud = Digest.Of("l"u8);
        renderer.Render(new StepStarted(quiet, "quiet", []));
        renderer.Render(new StepStarted(loud, "loud", []));
        for (var i = 0; i < 2000; i++)
            renderer.Render(new StepOutput(loud, SandboxStream.Output, System.Text.Encoding.ASCII.GetBytes(new string('x', 1000) + "\n")));
        Assert.True(writer.GetStringBuilder().Length > 1_500_000);
    }

    [Fact]
    public async Task Every_event_is_shown_before_the_channel_ends()
    {
        using var writer = NewWriter();
        using (var channel = new EventChannel(new RawJsonRenderer(writer)))
        {
            for (var i = 0; i < 5000; i++)
                channel.Report(new StepStarted(Digest.Of(BitConverter.GetBytes(i)), "step", []));
        }
        Assert.Equal(5000, writer.ToString().Split('\n').Length - 1);
    }

    [Theory]
    [InlineData("auto", true, null, "tty")]
    [InlineData("auto", true, "CI", "plain")]
    [InlineData("auto", true, "NO_COLOR", "plain")]
    [InlineData("auto", false, null, "plain")]
    [InlineData("rawjson", true, null, "rawjson")]
    public void Auto_is_live_only_on_a_terminal_that_people_watch(string mode, bool terminal, string? variable, string expected)
    {
        using var around = new Around { IsTerminal = terminal };
        around.Environment["TERM"] = "xterm";
        if (variable is not null)
            around.Environment[variable] = "1";
        Assert.Equal(expected, Renderers.Resolve(mode, around.Surroundings));
    }

    private static StringWriter NewWriter() => new() { NewLine = "\n" };

    private sealed class SteppingClock(DateTimeOffset start) : TimeProvider
    {
        private int _calls;

        public override DateTimeOffset GetUtcNow() => start.AddMilliseconds(100 * _calls++);
    }
}
