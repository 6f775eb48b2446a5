using System.Globalization;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A mount while its options are read; one value after the other is checked and kept.</summary>
internal sealed class MountDraft
{
    public static readonly string[] Keys =
    [
        "type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw", "id", "sharing",
        "required", "size", "mode", "uid", "gid", "env",
    ];

    private static readonly string[] Types = ["bind", "cache", "tmpfs", "secret", "ssh"];
    private static readonly string[] Sharings = ["shared", "private", "locked"];

    public MountType Type { get; private set; } = MountType.Bind;

    /// <summary>True where the type stands in a variable: nothing can be said about the rest.</summary>
    public bool TypeIsOpen { get; private set; }

    public string? From { get; private set; }

    public string? Source { get; private set; }

    public string? Target { get; private set; }

    public string? Id { get; private set; }

    public CacheSharing? Sharing { get; private set; }

    public int? Mode { get; private set; }

    public uint? Uid { get; private set; }

    public uint? Gid { get; private set; }

    public long? Size { get; private set; }

    public bool? Required { get; private set; }

    public bool? ReadOnly { get; private set; }

    public string? Env { get; private set; }

    /// <summary>Keeps a text whose value is not known yet; only those that may be any text can be kept so.</summary>
    public MountProblem? TakeOpen(string key, string value)
    {
        if (key == "type")
            TypeIsOpen = true;
        return key is "from" or "source" or "src" or "target" or "dst" or "destination" or "id" or "env" ? Take(key, value) : null;
    }

    public MountProblem? Take(string key, string value) => key switch
    {
        "type" => TakeType(value),
        "from" => Keep(() => From = value),
        "source" or "src" => Keep(() => Source = value),
        "target" or "dst" or "destination" => Keep(() => Target = value),
        "id" => Keep(() => Id = value),
        "env" => Keep(() => Env = value),
        "readonly" or "ro" => Switch(key, value, on => ReadOnly = on),
        "readwrite" or "rw" => Switch(key, value, on => ReadOnly = !on),
        "required" => Switch(key, value, on => Required = on),
        "sharing" => TakeSharing(value),
        "size" => TakeSize(value),
        "mode" => TakeMode(value),
        "uid" => TakeNumber(key, value, number => Uid = number),
        "gid" => TakeNumber(key, value, number => Gid = number),
        _ => new MountProblem($"unexpected key '{key}'"),
    };

    public RunMount ToMount(Word options) => new()
    {
        Options = options,
        Type = Type,
        From = From,
        Source = Source,
        Target = Target,
        Id = Id,
        Sharing = Sharing ?? CacheSharing.Shared,
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Size = Size,
        Required = Required ?? false,
        ReadOnly = ReadOnly ?? Type is not (MountType.Cache or MountType.Tmpfs),
        Env = Env,
    };

    private static MountProblem? Keep(Action keep)
    {
        keep();
        return null;
    }

    private static MountProblem? Switch(string key, string value, Action<bool> keep) =>
        GoBoolean.Parse(value) is { } known ? Keep(() => keep(known)) : new MountProblem($"invalid value for {key}: {value}");

    private MountProblem? TakeType(string value)
    {
        var index = Array.IndexOf(Types, value.ToLowerInvariant());
        if (index < 0)
            return new MountProblem($"unsupported mount type \"{value}\"", DidYouMean(value, Types));
        Type = (MountType)index;
        return null;
    }

    private MountProblem? TakeSharing(string value)
    {
        var index = Array.IndexOf(Sharings, value.ToLowerInvariant());
        if (index < 0)
            return new MountProblem($"unsupported sharing value \"{value}\"", DidYouMean(value, Sharings));
        Sharing = (CacheSharing)index;
        return null;
    }

    private MountProblem? TakeMode(string value)
    {
        if (value.Length is 0 or > 11 || value.Any(c => c is < '0' or > '7'))
            return new MountProblem($"invalid value {value} for mode");
        var mode = value.Aggregate(0L, (sum, digit) => (sum * 8) + (digit - '0'));
        if (mode > int.MaxValue)
            return new MountProblem($"invalid value {value} for mode");
        Mode = (int)mode;
        return null;
    }

    private static MountProblem? TakeNumber(string key, string value, Action<uint> keep) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Keep(() => keep(number))
            : new MountProblem($"invalid value {value} for {key}");

    private MountProblem? TakeSize(string value)
    {
        Size = ByteSize.TryParse(value);
        return Size is null ? new MountProblem($"invalid value for size: {value}") : null;
    }

    private static string? DidYouMean(string value, string[] known) =>
        Suggestion.For(value, known) is { } near ? $"did you mean {near}?" : $"use one of {string.Join(", ", known)}";
}
