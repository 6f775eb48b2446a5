using System.Text;
using BenchmarkDotNet.Attributes;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Benchmarks;

/// <summary>
/// Reading and checking a Dockerfile with many here-documents. To hold: a thousand lines are parsed and checked in
/// under 5 ms once the code is warm, and memory grows with the file.
/// </summary>
[MemoryDiagnoser]
public class DockerfileBenchmarks
{
    private string _text = "";
    private Dockerfile _file = null!;

    /// <summary>How many lines the file has.</summary>
    [Params(1_000, 10_000)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Write()
    {
        _text = FileOf(Lines);
        _file = DockerfileParser.Parse(_text);
    }

    [Benchmark(Baseline = true)]
    public Dockerfile Parse() => DockerfileParser.Parse(_text);

    [Benchmark]
    public int ParseAndLint() => Linter.Check(DockerfileParser.Parse(_text), _text, new LintOptions()).Findings.Count;

    [Benchmark]
    public string Print() => DockerfilePrinter.Print(_file);

    /// <summary>Stages of twenty lines: instructions of all kinds, continuations, comments, a body of five lines.</summary>
    private static string FileOf(int lines)
    {
        var text = new StringBuilder("# syntax=docker/dockerfile:1\nARG BASE=debian\n");
        for (var stage = 0; stage < lines / 20; stage++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"""
                # stage{stage} one of many
                FROM ${"{BASE}"} AS stage{stage}
                ARG VERSION=1.{stage} FLAVOUR
                ENV A=1 B="two words" C=$VERSION
                WORKDIR /src/{stage}
                COPY --chown=1000:1000 a.txt b.txt /data/
                RUN --mount=type=cache,target=/root/.cache,id=c{stage} \
                    apt-get update && \
                    # what is needed
                    apt-get install -y --no-install-recommends curl
                RUN <<EOF
                set -e
                for i in 1 2 3; do
                  echo "$i of {stage}" >> /log
                done
                EOF
                LABEL org.example.stage="{stage}" org.example.of=many
                EXPOSE 80 443/tcp
                CMD ["run", "--stage", "{stage}"]


                """);
        }
        return text.ToString();
    }
}
