using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Explaining;

/// <summary>Accounts as bytes: a magic number, the steps, and a hash of all that.</summary>
internal static class BuildAccountFormat
{
    public const int MaxSize = 64 << 20;

    private const uint Magic = 0x31414243; // "CBA1"

    public static byte[] Write(BuildAccount account)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(account.Steps.Count);
            foreach (var step in account.Steps)
                Write(writer, step);
        }
        stream.Write(stackalloc byte[Sha256Hash.Size]);
        var bytes = stream.ToArray();
        Sha256Hash.Of(bytes.AsSpan(..^Sha256Hash.Size)).Write(bytes.AsSpan(bytes.Length - Sha256Hash.Size));
        return bytes;
    }

    /// <summary>Null where the bytes are damaged or of another version: then nothing is known of the build, no more.</summary>
    public static BuildAccount? Read(byte[] bytes)
    {
        if (bytes.Length is < sizeof(uint) + Sha256Hash.Size or > MaxSize || Sha256Hash.Of(bytes.AsSpan(..^Sha256Hash.Size)) != Sha256Hash.Read(bytes.AsSpan(^Sha256Hash.Size..)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadUInt32() != Magic)
            return null;
        var steps = new StepAccount[reader.ReadInt32()];
        for (var i = 0; i < steps.Length; i++)
            steps[i] = ReadStep(reader);
        return new BuildAccount(steps);
    }

    private static void Write(BinaryWriter writer, StepAccount step)
    {
        var place = step.Place;
        writer.Write(place.Platform);
        writer.Write(place.Stage);
        writer.Write(place.StageName);
        writer.Write(place.Index);
        writer.Write(place.Instruction);
        writer.Write(step.Name);
        writer.Write((sbyte)(step.Outcome is { } outcome ? (int)outcome : -1));
        Write(writer, step.Base);
        writer.Write(step.Parts.Count);
        foreach (var (name, value) in step.Parts)
        {
            writer.Write(name);
            writer.Write(value);
        }
        writer.Write(step.Reasons.Count);
        foreach (var reason in step.Reasons)
            Write(writer, reason);
    }

    private static void Write(BinaryWriter writer, MissReason reason)
    {
        writer.Write((byte)reason.Kind);
        writer.Write(reason.Component);
        Write(writer, reason.Before);
        Write(writer, reason.After);
        writer.Write(reason.FileCount);
        writer.Write(reason.Files.Count);
        foreach (var file in reason.Files)
            writer.Write(file);
    }

    private static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private static StepAccount ReadStep(BinaryReader reader)
    {
        var place = new StepPlace(reader.ReadString(), reader.ReadInt32(), reader.ReadString(), reader.ReadInt32(), reader.ReadString());
        var name = reader.ReadString();
        var outcome = reader.ReadSByte();
        var start = ReadText(reader);
        var parts = new KeyValuePair<string, string>[reader.ReadInt32()];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = KeyValuePair.Create(reader.ReadString(), reader.ReadString());
        var reasons = new MissReason[reader.ReadInt32()];
        for (var i = 0; i < reasons.Length; i++)
            reasons[i] = ReadReason(reader);
        return new StepAccount(place, name, outcome < 0 ? null : (StepOutcome)outcome) { Base = start, Parts = parts, Reasons = reasons };
    }

    private static MissReason ReadReason(BinaryReader reader)
    {
        var reason = new MissReason((MissKind)reader.ReadByte(), reader.ReadString(), ReadText(reader), ReadText(reader)) { FileCount = reader.ReadInt32() };
        var files = new string[reader.ReadInt32()];
        for (var i = 0; i < files.Length; i++)
            files[i] = reader.ReadString();
        return reason with { Files = files };
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}
