using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class RunArgumentsTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    private RunOptions Read(RunFlags flags) => RunArguments.Read(flags, _around.Surroundings);

    private static RunFlags Limits(params string[] words) =>
        new() { Limits = words.Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]) };

    [Fact]
    public void Sizes_have_units_and_processors_are_a_quota()
    {
        var limits = Read(Limits("memory=64m", "memory-swap=-1", "cpus=1.5", "shm-size=1.5g", "pids-limit=10")).Limits;
        Assert.Equal(new SandboxLimits { Memory = 64 << 20, MemorySwap = -1, CpuQuota = 150000, CpuPeriod = 100000, SharedMemory = 1610612736, Pids = 10, Processes = limits.Processes }, limits);
    }

    [Fact]
    public void Resource_takes_the_names_of_the_flags()
    {
        var limits = Read(new RunFlags { Resources = ["memory=64mb,cpuset-cpus=1"] }).Limits;
        Assert.Equal((64 << 20, "1"), (limits.Memory, limits.CpusetCpus));
    }

    [Fact]
    public void Ulimits_have_a_soft_and_a_hard_value()
    {
        var limits = Read(new RunFlags { Ulimits = ["nofile=10:20", "core=-1", "stack=8192"] }).Limits.Processes;
        Assert.Equal([new(ProcessLimitKind.Nofile, 10, 20), new(ProcessLimitKind.Core, null, null), new(ProcessLimitKind.Stack, 8192, 8192)], limits);
    }

    [Fact]
    public void A_volume_is_read_only_unless_it_says_otherwise()
    {
        var volumes = Read(new RunFlags { Volumes = ["/tmp:/a", "/tmp:/b:rw"] }).Volumes;
        Assert.Equal([new("/tmp", "/a"), new("/tmp", "/b", IsReadOnly: false)], volumes);
    }

    [Theory]
    [InlineData("memory=x", "invalid value `x` of --memory")]
    [InlineData("cpus=0", "invalid value `0` of --cpus")]
    [InlineData("cpu-period=1", "invalid value `1` of --cpu-period")]
    [InlineData("pids-limit=0", "--pids-limit must not be 0")]
    [InlineData("memory=1k", "--memory is too small")]
    [InlineData("memory=-5", "invalid value `-5` of --memory")]
    [InlineData("memory=99999999999999999999g", "is too large")]
    [InlineData("memory=79228162514264337593543950335t", "is too large")]
    [InlineData("memory-swap=64m", "--memory-swap needs --memory")]
    [InlineData("cpuset-cpus=0-", "invalid value `0-` of --cpuset-cpus")]
    [InlineData("cpuset-mems=a", "invalid value `a` of --cpuset-mems")]
    [InlineData("cpu-shares=1", "invalid value `1` of --cpu-shares")]
    public void A_limit_that_makes_no_sense_is_refused(string limit, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => Read(Limits(limit))).Message, StringComparison.Ordinal);

    [Fact]
    public void No_memory_limit_and_no_size_are_as_in_Docker()
    {
        var limits = Read(Limits("memory=0", "shm-size=0")).Limits;
        Assert.Equal((null, null), (limits.Memory, limits.SharedMemory));
    }

    [Fact]
    public void Unknown_names_and_odd_paths_are_refused()
    {
        foreach (var (flags, message) in (IEnumerable<(RunFlags, string)>)
        [
            (new RunFlags { Ulimits = ["files=1"] }, "--ulimit"),
            (new RunFlags { Ulimits = ["nofile=2:1"] }, "above the hard one"),
            (new RunFlags { Ulimits = ["nofile,core=1"] }, "--ulimit"),
            (Limits("memory=64m", "memory-swap=32m"), "less than that of --memory"),
            (new RunFlags { Volumes = ["/nowhere-at-all:/a"] }, "is not there"),
            (new RunFlags { Volumes = ["/tmp:a"] }, "invalid value"),
            (new RunFlags { Security = "none" }, "--security"),
            (new RunFlags { Resources = ["disk=1"] }, "unknown resource"),
            (new RunFlags { OnFailure = "retry" }, "--on-failure"),
        ])
            Assert.Contains(message, Assert.Throws<UsageException>(() => Read(flags)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_for_a_shell_reads_back_as_the_same_words() =>
        Assert.Equal("csbuild --label 'a=it'\\''s' '' .", ShellWords.Join(["csbuild", "--label", "a=it's", "", "."]));
}
