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
        var date = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
        // The framework's own format asks for a culture and is compiled when it is first used: a fiftieth of a build that has nothing to do.
        var text = string.Create("yyyy-MM-ddTHH:mm:ss".Length, date, static (at, date) =>
        {
            "0000-00-00T00:00:00".CopyTo(at);
            Write(at[..4], date.Year);
            Write(at[5..7], date.Month);
            Write(at[8..10], date.Day);
            Write(at[11..13], date.Hour);
            Write(at[14..16], date.Minute);
            Write(at[17..], date.Second);
        });
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

    private static void Write(Span<char> at, int number)
    {
        for (var i = at.Length; i-- > 0; number /= 10)
            at[i] = (char)('0' + number % 10);
    }

    private static string? LastInherited(IReadOnlyList<HistoryDraft> drafts) =>
        drafts.LastOrDefault(d => d.Inherited?.Created is not null)?.Inherited!.Created;
}
