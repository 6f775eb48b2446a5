using CsBuild.Caching.Sharing;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Caching;

/// <summary>What is taken for a failure of a shared cache, and what is not.</summary>
public sealed class SharedFailureTests
{
    public static TheoryData<Exception, bool> Failures => new()
    {
        { new IOException("no"), true },
        { new InvalidDataException("no"), true },
        { new NotSupportedException("no"), true },
        { new DiskFullException("no", new IOException()), false },
        { new IOException("no", 28), false },
        { new InsufficientMemoryException("no"), false },
        { new InvalidOperationException("no"), false },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task A_build_begins_anew_for_what_a_cache_can_fail_with_and_for_nothing_else(Exception failure, bool isOfCache)
    {
        await using var build = new TestBuild();
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of("x"u8), Size = 1 };
        var blobs = new ImportedBlobs("cache", new FailingSource(failure), blob);

        var e = await Assert.ThrowsAnyAsync<Exception>(() => blobs.DeliverAsync(blob, build.Builder.Store.Content, default));

        Assert.Same(failure, isOfCache ? Assert.IsType<ImportedLayerException>(e).InnerException : e);
    }

    [Fact]
    public async Task A_defect_is_not_ignored_with_the_failures_of_a_cache()
    {
        await using var build = new TestBuild();
        var request = new BuildRequest
        {
            Context = new BuildContext.Directory(build.Context),
            Dockerfile = new DockerfileSource.Text("FROM scratch"),
            CacheTo = [new CacheDestination.Directory(build.Temp("cache")) { IgnoreErrors = true }],
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => build.Builder.BuildAsync(request, new FailingProgress("exporting cache")));
    }

    private sealed class FailingSource(Exception failure) : IBlobSource
    {
        public string Name => "nowhere";

        public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromException<Stream>(failure);
    }

    private sealed class FailingProgress(string at) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value)
        {
            if (value is StepStarted step && step.Name.StartsWith(at, StringComparison.Ordinal))
                throw new InvalidOperationException("a defect");
        }
    }
}
