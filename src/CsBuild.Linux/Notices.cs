namespace CsBuild.Linux;

/// <summary>Says each thing once.</summary>
internal sealed class Notices(Action<string>? listener)
{
    private readonly HashSet<string> _said = [];

    /// <summary>Tells the listener, if that is new.</summary>
    public void Say(string text)
    {
        lock (_said)
        {
            if (!_said.Add(text))
                return;
        }
        listener?.Invoke(text);
    }
}
