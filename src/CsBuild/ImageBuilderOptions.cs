using CsBuild.Sandboxing;

namespace CsBuild;

/// <summary>What a builder works with, the same for all of its builds.</summary>
public sealed record ImageBuilderOptions
{
    /// <summary>The store's directory: an OCI image layout. Made (0700) where it is missing.</summary>
    public required string Root { get; init; }

    /// <summary>Registries: mirrors, plain HTTP, credentials.</summary>
    public Oci.Registry.RegistryOptions Registries { get; init; } = new();

    /// <summary>URLs and repositories.</summary>
    public Fetching.FetchOptions Fetching { get; init; } = new();

    /// <summary>Makes the port for RUN over the builder's stores; null: a RUN step is an error, all else works. Made anew for each build with a RUN, and disposed with it if it can be.</summary>
    public Func<SandboxHost, ISandbox>? Sandbox { get; init; }

    /// <summary>
    /// Twice the processors and at least 8, because many steps wait for the network more than they compute.
    /// </summary>
    public static int DefaultJobs => Math.Max(8, 2 * Environment.ProcessorCount);

    /// <summary>How many RUN steps of one build run at the same time, at least 1. Default: <see cref="DefaultJobs"/>.</summary>
    public int Jobs { get; init; } = DefaultJobs;

    /// <summary>The clock that <c>created</c> fields come from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What a sandbox gets from the builder.</summary>
/// <param name="Root">The store's directory.</param>
/// <param name="Layers">Layers by diff ID.</param>
public sealed record SandboxHost(string Root, Oci.Storage.LayerStore Layers);
