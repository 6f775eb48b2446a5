using CsBuild.Caching.Sharing;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Registry;

namespace CsBuild.Execution;

/// <summary>The caches that a request takes results from. What is wrong with one is a warning of the build.</summary>
internal static class SharedCaches
{
    public static CacheImports Open(BuildRequest request, Func<RegistryClient> registry, EventLog events)
    {
        var sources = request.Offline ? [.. request.CacheFrom.Where(s => s is not CacheSource.Registry)] : request.CacheFrom;
        foreach (var left in request.CacheFrom.Except(sources).OfType<CacheSource.Registry>())
            Warn(events, $"the cache {left.Reference} is not asked: the build is offline");
        return new CacheImports(sources, new CacheOpening(registry, request.Platforms.Count == 0 ? [BuildRun.Host] : request.Platforms), text => Warn(events, text));
    }

    /// <summary>A warning about a shared cache.</summary>
    public static void Warn(EventLog events, string text) =>
        events.Report(new WarningRaised(new Diagnostic("SharedCache", Severity.Warning, text, default)));
}
