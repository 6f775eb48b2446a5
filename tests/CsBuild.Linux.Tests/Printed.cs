using System.Text;

namespace CsBuild.Linux.Tests;

/// <summary>What the steps of a build print, in the order in which it comes.</summary>
internal sealed class Printed : IProgress<BuildEvent>
{
    private readonly List<byte> _bytes = [];

    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public void Report(BuildEvent value)
    {
        if (value is StepOutput output)
            _bytes.AddRange(output.Bytes.Span);
    }
}
