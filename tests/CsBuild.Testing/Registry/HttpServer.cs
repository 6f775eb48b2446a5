using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CsBuild.Testing.Registry;

/// <summary>A server on a free port of 127.0.0.1 that records what it is asked and can be told to misbehave.</summary>
public class HttpServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly List<ScriptedFault> _faults = [];
    private readonly X509Certificate2? _certificate;

    public HttpServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Host and port, as in an image reference.</summary>
    public string Address => $"127.0.0.1:{Port}";

    public string Url => $"{(_certificate is null ? "http" : "https")}://{Address}";

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public int Connections { get; private set; }

    /// <summary>Requests are obeyed although the answer says otherwise: only the answer is lost.</summary>
    public bool ObeysBeforeFaults { get; set; }

    /// <summary>Changes the next <paramref name="times"/> answers to requests of this method whose target contains the text.</summary>
    public void Fault(string method, string containing, Func<Reply, Reply> change, int times = 1)
    {
        lock (_faults)
            _faults.Add(new ScriptedFault(method, containing, change, times));
    }

    /// <summary>Requests that match, for assertions.</summary>
    public IReadOnlyList<RecordedRequest> Asked(string method, string containing = "") =>
        [.. _requests.Where(r => r.Method == method && r.Target.Contains(containing, StringComparison.Ordinal))];

    public void Dispose()
    {
        _listener.Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>What is answered where no fault is; the base class knows nothing.</summary>
    protected virtual Reply Answer(RecordedRequest request) => Reply.Empty(404);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                Connections++;
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var held = socket;
        try
        {
            socket.NoDelay = true;
            Stream stream = new NetworkStream(socket);
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                stream = tls;
            }
            var connection = new HttpConnection(socket, stream);
            while (await connection.ReadAsync() is { } request)
            {
                _requests.Enqueue(request);
                if (!await connection.WriteAsync(React(request), request.Method == "HEAD"))
                    return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or did not like us.
        }
    }

    private Reply React(RecordedRequest request)
    {
        ScriptedFault? fault;
        lock (_faults)
        {
            fault = _faults.Find(f => f.Left > 0 && f.Method == request.Method && request.Target.Contains(f.Containing, StringComparison.Ordinal));
            if (fault is not null)
                fault.Left--;
        }
        if (fault is null)
            return Answer(request);
        // A request that is answered with something else is not obeyed either, so that a failed upload has failed.
        var instead = fault.Change(Reply.Empty(0));
        if (instead.Status == 0)
            return fault.Change(Answer(request));
        if (ObeysBeforeFaults)
            Answer(request);
        return instead;
    }

    private sealed class ScriptedFault(string method, string containing, Func<Reply, Reply> change, int times)
    {
        public string Method => method;

        public string Containing => containing;

        public Func<Reply, Reply> Change => change;

        public int Left { get; set; } = times;
    }
}
