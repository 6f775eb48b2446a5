using System.Diagnostics;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

/// <summary>A store where locks do not hold. The framework has a switch by which it takes none, as it takes none where it cannot have one.</summary>
public sealed class StorePlaceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact, Trait("Rule", "R12")]
    public void No_store_is_made_where_locks_do_not_hold()
    {
        Needs.Linux();

        var (code, error) = List(locks: false);

        Assert.Equal(ExitCode.Store, code);
        Assert.Contains($"`{_directory["store"]}` is where locks do not hold", error);
        Assert.False(File.Exists(_directory["store/oci-layout"]));
        Assert.Equal((ExitCode.Success, ""), List(locks: true));
    }

    private (int Code, string Error) List(bool locks)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli"), ["images", "--root", _directory["store"]])
        {
            Environment = { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = locks ? "0" : "1" },
        };
        var ran = ProgramRun.Of(start);
        return (ran.Code, ran.Error);
    }
}
