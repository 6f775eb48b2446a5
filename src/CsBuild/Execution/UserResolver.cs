using System.Globalization;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Execution;

/// <summary>
/// Looks users and groups up in the image's own /etc/passwd and /etc/group, read through the merged tree: never the
/// host's, never through a link that leaves the image. Text of digits only is a number.
/// </summary>
internal sealed class UserResolver(IFileSource root)
{
    private const int MaxFileSize = 10 << 20;
    private const uint MaxId = 4294967294;

    private sealed record Account(string Name, uint Uid, uint Gid, string Home);

    private sealed record Group(string Name, uint Gid, IReadOnlyList<string> Members);

    /// <summary>True where <c>--chown</c> names somebody whose number stands in the image's files.</summary>
    public static bool NeedsFiles(string? owner)
    {
        if (owner is null)
            return false;
        var (name, group) = Split(owner);
        return IsName(name) || (group is not null && IsName(group));

        static bool IsName(string text) => text.Length > 0 && text != "root" && !text.All(char.IsAsciiDigit);
    }

    /// <summary>Who <c>USER</c> means for a RUN step, with the home directory.</summary>
    /// <exception cref="BuildException">No such user or group.</exception>
    public async Task<(SandboxUser User, string Home)> ForRunAsync(string user, CancellationToken cancellationToken)
    {
        var (name, group) = Split(user);
        var accounts = await AccountsAsync(cancellationToken).ConfigureAwait(false);
        if (name.Length == 0)
            name = "0";
        var number = Number(name);
        var account = accounts.FirstOrDefault(a => number is null ? a.Name == name : a.Uid == number);
        if (account is null && number is null)
            throw Missing($"unable to find user {name}: no matching entries in passwd file");
        var uid = account?.Uid ?? number!.Value;
        var home = account is { Home.Length: > 0 } ? account.Home : "/";
        if (group is not null)
        {
            var chosen = await GroupIdAsync(group, cancellationToken).ConfigureAwait(false);
            return (new SandboxUser(uid, chosen, [chosen]), home);
        }
        var gid = account?.Gid ?? 0;
        var member = account is null ? [] : (await GroupsAsync(cancellationToken).ConfigureAwait(false))
            .Where(g => g.Members.Contains(account.Name, StringComparer.Ordinal)).Select(g => g.Gid);
        return (new SandboxUser(uid, gid, [.. member.Prepend(gid).Distinct()]), home);
    }

    /// <summary>
    /// Whom <c>--chown</c> means: a number without group has the same group number, a name its own group; a colon
    /// without a group after it means group 0.
    /// </summary>
    /// <exception cref="BuildException">No such user or group.</exception>
    public async Task<(uint Uid, uint Gid)> ForChownAsync(string owner, CancellationToken cancellationToken)
    {
        var (name, group) = Split(owner);
        uint uid = 0, gid = 0;
        if (name.Length > 0)
        {
            if (Number(name) is { } number)
                (uid, gid) = (number, number);
            else
                (uid, gid) = await NamedOwnerAsync(name, cancellationToken).ConfigureAwait(false);
        }
        if (group is not null)
            gid = await GroupIdAsync(group, cancellationToken).ConfigureAwait(false);
        else if (owner.EndsWith(':'))
            gid = 0;
        return (uid, gid);
    }

    /// <summary>
    /// Whom a directory that WORKDIR makes belongs to: as for <c>--chown</c>, but who is not known (yet: the account may come
    /// with a later COPY) is root, and a group that is not known counts as not named.
    /// </summary>
    public async Task<(uint Uid, uint Gid)> ForWorkdirAsync(string user, CancellationToken cancellationToken)
    {
        var (name, group) = Split(user);
        var (uid, gid) = Number(name) is { } number ? (number, number) : await FindOwnerAsync(name, cancellationToken).ConfigureAwait(false) ?? (0, 0);
        if (group is not null)
            gid = await FindGroupAsync(group, cancellationToken).ConfigureAwait(false) ?? gid;
        else if (user.EndsWith(':'))
            gid = 0;
        return (uid, gid);
    }

    private async Task<(uint Uid, uint Gid)> NamedOwnerAsync(string name, CancellationToken cancellationToken) =>
        await FindOwnerAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw Missing($"unable to find user {name}: no matching entries in passwd file");

    private async Task<(uint Uid, uint Gid)?> FindOwnerAsync(string name, CancellationToken cancellationToken)
    {
        if (name == "root")
            return (0, 0);
        var accounts = await AccountsAsync(cancellationToken).ConfigureAwait(false);
        return accounts.FirstOrDefault(a => a.Name == name) is { } account ? (account.Uid, account.Gid) : null;
    }

    private async Task<uint> GroupIdAsync(string group, CancellationToken cancellationToken) =>
        await FindGroupAsync(group, cancellationToken).ConfigureAwait(false)
            ?? throw Missing($"unable to find group {group}: no matching entries in group file");

    private async Task<uint?> FindGroupAsync(string group, CancellationToken cancellationToken)
    {
        if (Number(group) is { } number)
            return number;
        if (group == "root")
            return 0;
        return (await GroupsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(g => g.Name == group)?.Gid;
    }

    private async Task<IReadOnlyList<Account>> AccountsAsync(CancellationToken cancellationToken) =>
        [.. from line in await LinesAsync("etc/passwd", cancellationToken).ConfigureAwait(false)
            let fields = line.Split(':')
            where fields.Length >= 4 && Number(fields[2]) is not null && Number(fields[3]) is not null
            select new Account(fields[0], Number(fields[2])!.Value, Number(fields[3])!.Value, fields.ElementAtOrDefault(5) ?? "")];

    private async Task<IReadOnlyList<Group>> GroupsAsync(CancellationToken cancellationToken) =>
        [.. from line in await LinesAsync("etc/group", cancellationToken).ConfigureAwait(false)
            let fields = line.Split(':')
            where fields.Length >= 3 && Number(fields[2]) is not null
            select new Group(fields[0], Number(fields[2])!.Value, (fields.ElementAtOrDefault(3) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))];

    private async Task<string[]> LinesAsync(string path, CancellationToken cancellationToken)
    {
        var node = ImageTree.Find(root.Tree, path);
        if (node is null)
            return [];
        if (node.Entry.Type != EntryType.File || node.Entry.Size > MaxFileSize)
            throw new BuildException(BuildFailure.Step, $"/{path} in the image is no regular file of at most 10 MiB");
        var stream = await root.OpenReadAsync(node, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return (await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    private static (string Name, string? Group) Split(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..] is { Length: > 0 } group ? group : null) : (text, null);

    private static uint? Number(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            return null;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= MaxId
            ? id
            : throw Missing($"user or group number {text} is out of range (0 to {MaxId})");
    }

    private static BuildException Missing(string message) => new(BuildFailure.Step, message);
}
