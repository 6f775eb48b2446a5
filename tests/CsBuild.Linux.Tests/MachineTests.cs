namespace CsBuild.Linux.Tests;

/// <summary>Tests with a machine of their own, made when one asks for it: where it cannot be had that test is skipped, and no other.</summary>
public abstract class MachineTests : IDisposable
{
    private readonly Lazy<Machine> _machine = new(() => new Machine());

    protected Machine Machine => _machine.Value;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the test's own things.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _machine.IsValueCreated)
            _machine.Value.Dispose();
    }
}
