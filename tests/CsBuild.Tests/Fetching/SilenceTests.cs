using System.Net;
using CsBuild.Fetching;
using CsBuild.Fetching.Http;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Tests.Fetching;

/// <summary>What is called silence of a server, and tried again, and what is not.</summary>
public sealed class SilenceTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task A_server_that_falls_silent_is_asked_again()
    {
        var server = new Late([]);

        var e = await Assert.ThrowsAsync<FetchException>(() => GetAsync(server, 1 << 20));

        Assert.Contains("nothing came", e.Message, StringComparison.Ordinal);
        Assert.True(server.Asked > 1);
    }

    [Fact]
    public async Task A_failure_that_is_met_after_a_long_silence_keeps_its_name()
    {
        var server = new Late(new byte[10]);

        var e = await Assert.ThrowsAsync<FetchException>(() => GetAsync(server, 9));

        Assert.Contains("larger than 9 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Asked);
    }

    private Task<Download> GetAsync(Late server, long most)
    {
        var store = _build.Builder.Store;
        var downloads = new Downloads(store.Content, new DownloadRecords(new System.IO.Abstractions.FileSystem(), store.PrivateDirectory),
            new FetchOptions { Transport = server, MaxDownloadSize = most }, new FastClock { Patience = TimeSpan.FromMilliseconds(50) });
        return downloads.GetAsync(new HttpSource("http://localhost/x"), new FetchSecrets(_ => null), (_, _) => { }, default);
    }

    /// <summary>Answers with a body that comes when the patience with it has ended; where it has no bytes, with none.</summary>
    private sealed class Late(byte[] bytes) : HttpMessageHandler
    {
        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Body(bytes)) });
        }

        private sealed class Body(byte[] bytes) : MemoryStream(bytes, writable: false)
        {
            // or its length would be told beforehand
            public override bool CanSeek => false;

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var registration = cancellationToken.UnsafeRegister(_ => over.TrySetResult(), null);
                await over.Task;
                if (Length == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                return Read(buffer.Span);
            }
        }
    }
}
