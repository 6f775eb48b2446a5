namespace CsBuild.Reliability.Tests;

/// <summary>Tests with a rig of their own, made when one asks for it: where it cannot be had that test is skipped, and no other.</summary>
public abstract class RigTests : IDisposable
{
    private readonly Lazy<Rig> _rig = new(() => new Rig());

    private protected Rig Rig => _rig.Value;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the test's own things.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _rig.IsValueCreated)
            _rig.Value.Dispose();
    }
}
