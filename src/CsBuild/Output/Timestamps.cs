using System.Globalization;
using CsBuild.Execution;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Output;

/// <summary>
/// The times in an image config. Nothing comes from the clock: with SOURCE_DATE_EPOCH every new time is that; else a
/// layer is as old as its newest file but never older than the layer below, and a line without a layer takes the time
/// of the first new layer or of the layer before it. Where nothing is known it is 1970.
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

    /// <summary>The history with every time filled in.</summary>
    public static IReadOnlyList<HistoryEntry> Fill(IReadOnlyList<HistoryDraft> drafts, UnixTime? epoch)
    {
        var newest = epoch ?? drafts.FirstOrDefault(d => d.Inherited is null && d.LayerTime > UnixTime.Epoch)?.LayerTime;
        var text = newest is { } known ? Text(known) : LastInherited(drafts) ?? Text(UnixTime.Epoch);
        var entries = new List<HistoryEntry>(drafts.Count);
        foreach (var draft in drafts)
        {
            if (draft.Inherited is { } inherited)
            {
                entries.Add(inherited);
                continue;
            }
            if (epoch is null && draft.LayerTime is { } made && made > (newest ?? UnixTime.Epoch))
            {
                newest = made;
                text = Text(made);
            }
            entries.Add(new HistoryEntry
            {
                Created = text,
                CreatedBy = draft.CreatedBy,
                Comment = "csbuild.dockerfile.v0",
                EmptyLayer = draft.LayerTime is null,
            });
        }
        return entries;
    }

    private static string? LastInherited(IReadOnlyList<HistoryDraft> drafts) =>
        drafts.LastOrDefault(d => d.Inherited?.Created is not null)?.Inherited!.Created;
}
