using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

/// <summary>Directories deeper than any path reaches: every program can make them. SECURITY.md R33, R36, rule 7.</summary>
public sealed class DeepTreeTests : IDisposable
{
    private readonly Lazy<Machine> _machine = new(() => new Machine());
    private readonly Lazy<Machine> _copy = new(() => new Machine(options => options with { Isolation = Isolation.Copy }));

    public void Dispose()
    {
        foreach (var machine in (Lazy<Machine>[])[_machine, _copy])
            if (machine.IsValueCreated)
                machine.Value.Dispose();
    }

    [SkippableFact]
    public async Task A_tree_of_thirty_thousand_levels_goes_with_the_step_that_made_it()
    {
        var probe = await ProbeProgram.MountAsync();
        var ran = await _machine.Value.RunAsync(Machine.Shell("cd /srv; /probe deep 30000") with { Mounts = [probe] });
        Assert.Equal(0, ran.Exit.Code);
        Assert.Empty(_machine.Value.RunFolders);
        // others could not build in this store any more
        await _machine.Value.CommitAsync("echo on > /x");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_path_that_no_layer_can_hold_is_told_with_its_beginning(bool copies)
    {
        var machine = copies ? _copy.Value : _machine.Value;
        var probe = await ProbeProgram.MountAsync();
        await using (var active = await machine.Sandbox.PrepareAsync(await machine.BaseAsync(), default))
        {
            Assert.Equal(0, (await Machine.RunAsync(active, Machine.Shell("cd /srv; /probe deep 3000") with { Mounts = [probe] })).Exit.Code);
            var problem = await Assert.ThrowsAsync<SandboxException>(() => active.CommitAsync(null, default));
            Assert.Contains("`/srv/d/d/d", problem.Message);
            Assert.NotNull(problem.Hint);
        }
        Assert.Empty(machine.RunFolders);
    }
}
