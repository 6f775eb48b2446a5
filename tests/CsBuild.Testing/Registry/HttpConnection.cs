using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CsBuild.Testing.Registry;

/// <summary>Just enough of HTTP/1.1 to be able to break it on purpose.</summary>
internal sealed class HttpConnection(Socket socket, Stream stream)
{
    public async Task<RecordedRequest?> ReadAsync()
    {
        if (await ReadLineAsync() is not { Length: > 0 } first)
            return null;
        var words = first.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        var body = headers.GetValueOrDefault("Transfer-Encoding") == "chunked"
            ? await ReadChunksAsync()
            : await ReadExactlyAsync(int.Parse(headers.GetValueOrDefault("Content-Length") ?? "0", CultureInfo.InvariantCulture));
        return new RecordedRequest(words[0], words[1], headers, body);
    }

    /// <summary>False where the connection is of no use any more.</summary>
    public async Task<bool> WriteAsync(Reply reply, bool isHead)
    {
        if (reply.CutAfter < 0)
            return await EndAsync(reply);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} {(System.Net.HttpStatusCode)reply.Status}\r\n");
        if (!reply.WithoutLength && reply.Status is not 204)
            head.Append($"Content-Length: {reply.Headers.GetValueOrDefault("Content-Length") ?? reply.Body.Length.ToString(CultureInfo.InvariantCulture)}\r\n");
        foreach (var (name, value) in reply.Headers.Where(h => h.Key != "Content-Length"))
            head.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (!isHead)
            await stream.WriteAsync(reply.Body.AsMemory(0, Math.Min(reply.CutAfter ?? int.MaxValue, reply.Body.Length)));
        await stream.FlushAsync();
        if (reply.CutAfter is not null)
            return await EndAsync(reply);
        return !reply.WithoutLength;
    }

    private async Task<bool> EndAsync(Reply reply)
    {
        if (reply.Stalls)
        {
            // Until the client closes.
            _ = await stream.ReadAsync(new byte[1]);
            return false;
        }
        // What was written before is to arrive: a reset may throw away what the reader has not taken yet.
        await Task.Delay(20);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return false;
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync() ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await ReadExactlyAsync(size));
            await ReadLineAsync();
            if (size == 0)
                return body.ToArray();
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
            if (one[0] == '\n')
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
        return null;
    }
}
