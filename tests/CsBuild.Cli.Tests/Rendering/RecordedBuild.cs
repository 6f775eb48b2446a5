using CsBuild.Caching.Explaining;
using CsBuild.Cli.Rendering;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Tests.Rendering;

/// <summary>Two stages that run at the same time, one cached step, a warning and a failure.</summary>
internal static class RecordedBuild
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static IEnumerable<BuildEvent> Events()
    {
        Digest load = Step("load"), from = Step("from"), a = Step("a"), b = Step("b"), c = Step("c");
        yield return At(0, new StepStarted(load, "[internal] load build definition from Dockerfile", []));
        yield return At(4, new StepCompleted(load, StepOutcome.Done));
        yield return At(5, new StepStarted(from, "[a 1/2] FROM docker.io/library/busybox:latest", []));
        yield return At(10, new StepAdvanced(from, "sha256:0123456789ab", 1_000_000, 2_200_000, false));
        yield return At(20, new StepAdvanced(from, "sha256:0123456789ab", 2_200_000, 2_200_000, true));
        yield return At(150, new StepCompleted(from, StepOutcome.Done));
        yield return At(151, new StepStarted(a, "[a 2/2] RUN make", [from]));
        yield return At(152, new StepStarted(b, "[b 2/3] COPY . /src", [from]));
        yield return At(153, new StepCompleted(b, StepOutcome.Cached));
        yield return At(160, new StepStarted(c, "[b 3/3] RUN false", [b]));
        yield return At(161, new StepExplained(c, [new MissReason(MissKind.Changed, "variable V", "1", "2"), new MissReason(MissKind.Below)]));
        yield return At(274, Output(a, "one\ntw"));
        yield return At(300, Output(a, "o\n"));
        yield return At(310, Output(c, "\e[31mred\e[0m 10%\r20%\n"));
        yield return At(320, new WarningRaised(new Diagnostic("FromAsCasing", Severity.Warning, "'as' and 'FROM' keywords' casing do not match", new SourceSpan(1, 1, 1, 20)), load));
        yield return At(330, new StepCompleted(c, StepOutcome.Failed, "process \"/bin/sh -c false\" did not complete successfully: exit code: 1"));
        yield return At(12_345, Output(a, "late"));
        yield return At(12_400, new StepCompleted(a, StepOutcome.Canceled));
    }

    public static string Play(IRenderer renderer, StringWriter writer)
    {
        foreach (var happened in Events())
        {
            renderer.Render(happened);
            renderer.Drained();
        }
        renderer.Finish();
        return writer.ToString();
    }

    private static Digest Step(string name) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(name));

    private static StepOutput Output(Digest step, string text) => new(step, SandboxStream.Output, System.Text.Encoding.UTF8.GetBytes(text));

    private static BuildEvent At(int milliseconds, BuildEvent happened) => happened with { Timestamp = Start.AddMilliseconds(milliseconds) };
}
