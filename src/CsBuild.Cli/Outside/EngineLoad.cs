using System.Diagnostics;

namespace CsBuild.Cli.Outside;

/// <summary>
/// The way into a container engine: what is written goes to <c>docker load</c> or <c>podman load</c>, which is
/// started with the first byte, so that a build that fails before starts nothing.
/// </summary>
internal sealed class EngineLoad : Stream
{
    private readonly string _program;
    private Process? _process;
    private Task<string>? _said;
    private Task<string>? _complained;

    private EngineLoad(string program) => _program = program;

    /// <summary><c>docker</c> or <c>podman</c>.</summary>
    public string Engine => Path.GetFileNameWithoutExtension(_program);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The engine that is there.</summary>
    public static EngineLoad Find(Surroundings around) => new(Programs.Find(around, "docker", "podman")
        ?? throw new BuildException(BuildFailure.Output, "neither docker nor podman was found in PATH", hint: "use --output type=docker,dest=FILE and load the file where the engine is"));

    /// <summary>Ends the input and waits until the engine has taken it.</summary>
    /// <exception cref="BuildException">The engine did not take it.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
            throw new BuildException(BuildFailure.Output, $"{Engine} load failed: {LastLine(await _complained!, await _said!)}");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            Input().Write(buffer);
        }
        catch (IOException)
        {
            throw StoppedAsync().GetAwaiter().GetResult();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await Input().WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            throw await StoppedAsync();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => _process?.StandardInput.BaseStream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _process is not null)
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }
        base.Dispose(disposing);
    }

    private Stream Input()
    {
        if (_process is null)
        {
            var start = new ProcessStartInfo(_program, ["load"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            _process = Process.Start(start) ?? throw new BuildException(BuildFailure.Output, $"{Engine} could not be started");
            _said = _process.StandardOutput.ReadToEndAsync();
            _complained = _process.StandardError.ReadToEndAsync();
        }
        return _process.StandardInput.BaseStream;
    }

    private async Task<BuildException> StoppedAsync()
    {
        await _process!.WaitForExitAsync();
        return new BuildException(BuildFailure.Output, $"{Engine} load stopped: {LastLine(await _complained!, await _said!)}");
    }

    private static string LastLine(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (text.TrimEnd().Split('\n')[^1].Trim() is { Length: > 0 } line)
                return line;
        }
        return "it said nothing";
    }
}
