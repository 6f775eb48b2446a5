using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Layers;

public class LayerCodecTests
{
    private static byte[] Sample(int size)
    {
        var bytes = new byte[size];
        var random = new Random(size);
        for (var i = 0; i < size; i++)
            bytes[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : i / 64);
        return bytes;
    }

    private static byte[] Compress(byte[] bytes, LayerCompression compression, int? level = null, int chunk = 100_000)
    {
        var result = new MemoryStream();
        using (var stream = LayerCodec.Compress(result, compression, level, leaveOpen: true))
            for (var i = 0; i < bytes.Length; i += chunk)
                stream.Write(bytes.AsSpan(i, Math.Min(chunk, bytes.Length - i)));
        return result.ToArray();
    }

    private static byte[] ReadAll(Stream stream)
    {
        var result = new MemoryStream();
        stream.CopyTo(result);
        return result.ToArray();
    }

    private static byte[] Decompress(byte[] bytes) => ReadAll(LayerCodec.Decompress(new MemoryStream(bytes)));

    private static byte[] Run(string program, string[] arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        var output = ReadAll(process.StandardOutput.BaseStream);
        process.WaitForExit();
        Assert.True(writing.IsCompleted || writing.Wait(5000));
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public static TheoryData<int> Sizes => [0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gzip_round_trips_through_our_reader_and_the_framework_s(int size)
    {
        var bytes = Sample(size);
        var gzip = Compress(bytes, LayerCompression.Gzip);
        Assert.Equal(bytes, Decompress(gzip));
        Assert.Equal(bytes, ReadAll(new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress)));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public void Gzip_is_one_member_that_the_program_gzip_takes(int level)
    {
        var program = Needs.Program("/bin/gzip", "/usr/bin/gzip");
        var bytes = Sample(3_500_000);
        Assert.Equal(bytes, Run(program, ["-dc"], Compress(bytes, LayerCompression.Gzip, level)));
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    public void The_sizes_of_writes_do_not_change_the_result(LayerCompression compression)
    {
        var bytes = Sample(4_000_000);
        Assert.Equal(Compress(bytes, compression, chunk: 777), Compress(bytes, compression, chunk: int.MaxValue / 2));
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Zstd_round_trips_through_our_reader_and_the_program_zstd(int size)
    {
        var program = Needs.Program("/usr/bin/zstd", "/bin/zstd");
        var bytes = Sample(size);
        var zstd = Compress(bytes, LayerCompression.Zstd);
        Assert.Equal(bytes, Decompress(zstd));
        Assert.Equal(bytes, Run(program, ["-dc"], zstd));
        Assert.Equal(bytes, Decompress(Run(program, ["-c"], bytes)));
    }

    [Fact]
    public void Several_members_and_frames_are_read_as_one()
    {
        var (a, b) = (Sample(1000), Sample(2000));
        Assert.Equal([.. a, .. b], Decompress([.. Compress(a, LayerCompression.Gzip), .. Compress(b, LayerCompression.Gzip)]));
        Assert.Equal([.. a, .. b], Decompress([.. Compress(a, LayerCompression.Zstd), .. Compress(b, LayerCompression.Zstd)]));
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    public void S9_data_that_is_cut_off_or_damaged_is_an_error(LayerCompression compression)
    {
        var whole = Compress(Sample(300_000), compression);
        foreach (var length in new[] { 10, 11, 17, 200, whole.Length / 2, whole.Length - 10, whole.Length - 8, whole.Length - 5, whole.Length - 1 })
            Assert.Throws<InvalidDataException>(() => Decompress(whole[..length]));
        whole[whole.Length / 2] ^= 0x10;
        Assert.Throws<InvalidDataException>(() => Decompress(whole));
    }

    [SkippableFact]
    public void S9_a_zstd_window_of_two_gigabytes_is_refused()
    {
        var program = Needs.Program("/usr/bin/zstd", "/bin/zstd");
        var bomb = Run(program, ["-c", "--long=31", "-1"], Sample(100));
        Assert.Throws<InvalidDataException>(() => Decompress(bomb));
    }

    [Fact]
    public void Anything_else_is_plain_and_short_input_is_no_error()
    {
        Assert.Equal(Encoding.ASCII.GetBytes("plain"), Decompress(Encoding.ASCII.GetBytes("plain")));
        Assert.Empty(Decompress([]));
    }

    [Theory]
    [InlineData(LayerCompression.Gzip, 10)]
    [InlineData(LayerCompression.Zstd, 23)]
    public void A_level_out_of_range_is_refused(LayerCompression compression, int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LayerCodec.Compress(Stream.Null, compression, level));

    [Fact]
    public void A_destination_that_fails_gives_its_own_error_and_no_hang()
    {
        var stream = LayerCodec.Compress(new FailingStream(), LayerCompression.Gzip);
        var bytes = Sample(1 << 20);
        Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i < 100; i++)
                stream.Write(bytes);
        });
        stream.Dispose();
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length > 10)
                throw new IOException("no space left");
        }
    }
}
