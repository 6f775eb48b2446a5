using System.Text;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild.Execution;

/// <summary>Hands a step's output on as events, and keeps its end for the message should the step fail.</summary>
internal sealed class StepOutputTail(EventLog events, Digest step) : ISandboxOutput
{
    private const int KeptLines = 20;
    private const int MaxLine = 4096;

    private readonly Queue<string> _lines = new();
    private readonly byte[] _line = new byte[MaxLine];
    private int _length;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Lines => _length == 0 ? [.. _lines] : [.. _lines, Text()];

    public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes)
    {
        events.Report(new StepOutput(step, stream, bytes.ToArray()));
        foreach (var value in bytes)
        {
            if (value == '\n')
                EndLine();
            else if (_length < MaxLine)
                _line[_length++] = value;
        }
    }

    private void EndLine()
    {
        _lines.Enqueue(Text());
        if (_lines.Count > KeptLines)
            _lines.Dequeue();
        _length = 0;
    }

    private string Text() => Encoding.UTF8.GetString(_line, 0, _length).TrimEnd('\r');
}
