using System.IO.Abstractions;
using System.Text;
using System.Text.Json;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Credentials as <c>docker login</c> leaves them: a helper named for the registry, else the helper for all, else
/// the file itself. Only an entry for exactly this registry counts (with the longest matching path, where entries
/// have paths); without one we are anonymous. A helper that fails is an error: going on without it, or with
/// somebody else's credentials, would not be what the user set up.
/// </summary>
internal sealed class DockerCredentials(IFileSystem files, string? directory, CredentialProgram helper)
{
    private const int MaxFileSize = 1 << 20;

    /// <summary>The name under which Docker keeps the credentials of its hub.</summary>
    private const string DockerHubKey = "https://index.docker.io/v1/";

    private readonly Lock _gate = new();
    private DockerConfigFile? _config;

    /// <exception cref="InvalidDataException">The file cannot be read, or a helper failed.</exception>
    public async Task<Credential?> FindAsync(string registry, string repository, CancellationToken cancellationToken)
    {
        if (directory is null)
            return null;
        var config = Config(directory);
        var server = registry == ImageReference.DefaultRegistry ? DockerHubKey : registry;
        if (ForRegistry(config.CredentialHelpers, registry, server) is { Length: > 0 } own)
            return await helper.GetAsync(own, server, cancellationToken).ConfigureAwait(false);
        if (config.CredentialStore is { Length: > 0 } store
            && await helper.GetAsync(store, server, cancellationToken).ConfigureAwait(false) is { } kept)
            return kept;
        return FromFile(config, registry, repository);
    }

    private static string? ForRegistry(Dictionary<string, string>? helpers, string registry, string server) =>
        helpers is null ? null : helpers.GetValueOrDefault(registry) ?? helpers.GetValueOrDefault(server);

    private static Credential? FromFile(DockerConfigFile config, string registry, string repository)
    {
        var name = $"{registry}/{repository}";
        return (config.Auths ?? [])
            .Select(a => (Place: Place(a.Key), a.Value))
            .Where(a => name == a.Place || name.StartsWith(a.Place + "/", StringComparison.Ordinal))
            .OrderByDescending(a => a.Place.Length)
            .Select(a => a.Value is null ? null : Read(a.Place, a.Value))
            .FirstOrDefault(c => c is not null);
    }

    // Keys are hosts, hosts with a path, or URLs of API versions long gone.
    private static string Place(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var place = (scheme < 0 ? key : key[(scheme + 3)..]).TrimEnd('/');
        foreach (var version in (string[])["/v1", "/v2"])
        {
            if (place.EndsWith(version, StringComparison.Ordinal) && place.IndexOf('/', StringComparison.Ordinal) == place.Length - version.Length)
                place = place[..^version.Length];
        }
        return place == "index.docker.io" ? ImageReference.DefaultRegistry : place;
    }

    private static Credential? Read(string place, DockerAuthEntry entry)
    {
        if (entry.IdentityToken is { Length: > 0 } token)
            return Credential.IdentityToken(token);
        if (entry is { Username: { Length: > 0 } user, Password: { } password })
            return Credential.Password(user, password);
        if (entry.Auth is not { Length: > 0 } auth)
            return null;
        var bytes = new byte[auth.Length];
        var text = Convert.TryFromBase64String(auth, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : "";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            throw new InvalidDataException($"the entry for `{RemoteText.Clean(place, 80)}` in Docker's config holds no user and password");
        return Credential.Password(text[..colon], text[(colon + 1)..].TrimEnd('\0'));
    }

    private DockerConfigFile Config(string folder)
    {
        lock (_gate)
            return _config ??= Load(files.Path.Combine(folder, "config.json"));
    }

    private DockerConfigFile Load(string path)
    {
        try
        {
            if (!files.File.Exists(path))
                return new DockerConfigFile();
            if (files.FileInfo.FromFileName(path).Length > MaxFileSize)
                throw new InvalidDataException($"Docker's config `{path}` is larger than {MaxFileSize} bytes");
            return JsonSerializer.Deserialize(files.File.ReadAllText(path), RegistryJson.Default.DockerConfigFile) ?? new DockerConfigFile();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"Docker's config `{path}` cannot be read: line {e.LineNumber + 1} is not as expected");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"Docker's config `{path}` cannot be read: {e.Message}", e);
        }
    }
}
