using CsBuild.Oci.Model;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>An image that files or a stage come from: manifest and config are here, its layers need not be.</summary>
/// <param name="Name">For messages, for example <c>docker.io/library/debian:12@sha256:…</c>.</param>
/// <param name="Config">The whole config.</param>
/// <param name="Rootfs">Its layers.</param>
internal sealed record BaseImage(string Name, ImageConfig Config, Snapshot Rootfs);
