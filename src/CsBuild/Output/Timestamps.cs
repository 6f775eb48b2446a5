using System.Globalization;
using CsBuild.Execution;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Output;

/// <summary>
/// The times in an image config. They come from the layers: a line without a layer takes the time of the first new
/// layer, or of the layer before it; where nothing is known it is 1970. Nothing comes from the clock.
/// </summary>
internal static class Timestamps
{
    /// <summary>RFC 3339 in UTC with as many digits after the second as there are.</summary>
    public static string Text(UnixTime time)
    {
        var seconds = Math.Clamp(time.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        var text = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = time.Nanoseconds == 0 ? "" : "." + time.Nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"{text}{fraction}Z";
    }

    /// <summary>The history with every time filled in; new times are at most <paramref name="epoch"/>.</summary>
    public static IReadOnlyList<HistoryEntry> Fill(IReadOnlyList<HistoryDraft> drafts, UnixTime? epoch)
    {
        var current = FirstNewLayer(drafts) is { } first ? Text(Clamp(first, epoch)) : LastInherited(drafts) ?? Text(UnixTime.Epoch);
        var entries = new List<HistoryEntry>(drafts.Count);
        foreach (var draft in drafts)
        {
            if (draft.Inherited is { } inherited)
            {
                entries.Add(inherited);
                continue;
            }
            if (draft.LayerTime is { } made)
                current = Text(Clamp(made, epoch));
            entries.Add(new HistoryEntry
            {
                Created = current,
                CreatedBy = draft.CreatedBy,
                Comment = "csbuild.dockerfile.v0",
                EmptyLayer = draft.LayerTime is null,
            });
        }
        return entries;
    }

    private static UnixTime Clamp(UnixTime time, UnixTime? epoch) => epoch is { } limit ? time.ClampTo(limit) : time;

    private static UnixTime? FirstNewLayer(IReadOnlyList<HistoryDraft> drafts) =>
        drafts.FirstOrDefault(d => d.Inherited is null && d.LayerTime is not null)?.LayerTime;

    private static string? LastInherited(IReadOnlyList<HistoryDraft> drafts) =>
        drafts.LastOrDefault(d => d.Inherited?.Created is not null)?.Inherited!.Created;
}
