using CsBuild.Oci.Model;

namespace CsBuild.Cli.Rendering;

/// <summary>Writes all that each step prints, byte for byte, to a file of its own: <c>DIR/001-RUN.log</c> and so on.</summary>
internal sealed class StepLogs(string directory, IProgress<BuildEvent>? inner) : IProgress<BuildEvent>, IDisposable
{
    private readonly Dictionary<Digest, (string Name, FileStream? File)> _steps = [];
    private int _count;

    public void Report(BuildEvent value)
    {
        if (value is StepStarted started)
            _steps.TryAdd(started.Step, (started.Name, null));
        else if (value is StepOutput output && _steps.TryGetValue(output.Step, out var step))
            Write(output, step.Name, step.File);
        else if (value is StepCompleted completed && _steps.Remove(completed.Step, out var ended))
            ended.File?.Dispose();
        inner?.Report(value);
    }

    public void Dispose()
    {
        foreach (var (_, file) in _steps.Values)
            file?.Dispose();
    }

    private void Write(StepOutput output, string name, FileStream? file)
    {
        if (file is null)
        {
            Directory.CreateDirectory(directory);
            file = new FileStream(Path.Combine(directory, FileName(name)), FileMode.Create, FileAccess.Write, FileShare.Read);
            _steps[output.Step] = (name, file);
        }
        file.Write(output.Bytes.Span);
    }

    // the step's own words are no part of a file name but for the instruction
    private string FileName(string name)
    {
        var close = name.IndexOf(']', StringComparison.Ordinal);
        var word = new string([.. name[(close + 1)..].Trim().TakeWhile(char.IsAsciiLetter)]);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{++_count:000}-{(word.Length > 0 ? word : "step")}.log");
    }
}
