using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Registry;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>Says what went wrong, and gives the number that the tool ends with.</summary>
internal static class Failures
{
    public static int Report(Exception e, TextWriter error, bool debug, bool canceled)
    {
        var code = Write(e, error, debug, canceled);
        error.Flush();
        return code;
    }

    private static int Write(Exception e, TextWriter error, bool debug, bool canceled)
    {
        switch (e)
        {
            case OperationCanceledException when canceled:
                error.WriteLine("interrupted");
                return ExitCode.Interrupted;
            case UsageException usage:
                ErrorText.Write(error, usage.Message, usage.Hint);
                return ExitCode.Usage;
            case BuildException build:
                ErrorText.Write(error, build);
                Trace(build.InnerException, error, debug);
                return ExitCode.Of(build.Failure);
            case SandboxException sandbox:
                ErrorText.Write(error, sandbox.Message, sandbox.Hint);
                return ExitCode.Sandbox;
            case RegistryException registry:
                ErrorText.Write(error, registry.Message, registry.Hint);
                Trace(registry.InnerException, error, debug);
                return ExitCode.Source;
            case IOException or InvalidDataException or UnauthorizedAccessException:
                ErrorText.Write(error, e.Message, null);
                Trace(e, error, debug);
                return ExitCode.Store;
            case OutOfMemoryException or TaskSchedulerException:
                ErrorText.Write(error, "the system gives this program no more memory or threads", "the limits are ulimit -u, the cgroup's pids and memory, and the memory of the machine");
                Trace(e, error, debug);
                return ExitCode.Sandbox;
            default:
                ErrorText.Write(error, $"unexpected: {e.GetType().Name}: {e.Message}", debug ? null : "set CSBUILD_DEBUG=1 for the trace, and please report this");
                Trace(e, error, debug);
                return ExitCode.Unexpected;
        }
    }

    private static void Trace(Exception? e, TextWriter error, bool debug)
    {
        if (debug && e is not null)
            error.WriteLine(e.ToString());
    }
}
