using System.Globalization;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Diffing;

/// <summary>
/// Where there is one user id only, a program that replaces a file (as editors and <c>sed -i</c> do) cannot give the new
/// one the owner of the old one, and is told nothing: it sees root as the owner of both. Here that is noticed.
/// </summary>
internal sealed class LostOwners
{
    private int _count;
    private string _first = "";

    /// <summary>What to tell the user; null: nothing was lost.</summary>
    public string? Notice => _count == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"with one user id the owner of what a step replaces is lost: {_first}{(_count > 1 ? $", and {_count - 1} more" : "")}");

    /// <summary>Compares an entry of the step's layer with the owner of what it takes the place of.</summary>
    public void Look(LayerEntry now, uint uid, uint gid)
    {
        if (!ProcessRights.Current.HasOneId || (uid == 0 && gid == 0) || now.Uid != 0 || now.Gid != 0)
            return;
        if (_count++ == 0)
            _first = string.Create(CultureInfo.InvariantCulture, $"`/{now.Path}` was {uid}:{gid} and is root's in the layer");
    }
}
