namespace CsBuild.Linux;

/// <summary>How RUN steps are kept apart from the machine, from the best to the least.</summary>
public enum Isolation
{
    /// <summary>The best that the machine permits. What it is not is said once.</summary>
    Auto,

    /// <summary>Namespaces, on an overlay of the layers; anything else is an error.</summary>
    Overlay,

    /// <summary>Namespaces, on a copy of the layers.</summary>
    Copy,

    /// <summary>
    /// A changed root directory on a copy of the layers, and fewer capabilities: for root in a container that may
    /// neither mount nor make namespaces. Steps share processes and network with the container.
    /// </summary>
    Chroot,
}
