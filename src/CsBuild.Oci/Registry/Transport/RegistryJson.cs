using System.Text.Json.Serialization;

namespace CsBuild.Oci.Registry;

/// <summary>What we read of Docker's <c>config.json</c>.</summary>
internal sealed record DockerConfigFile
{
    [JsonPropertyName("auths")]
    public Dictionary<string, DockerAuthEntry?>? Auths { get; init; }

    [JsonPropertyName("credHelpers")]
    public Dictionary<string, string>? CredentialHelpers { get; init; }

    [JsonPropertyName("credsStore")]
    public string? CredentialStore { get; init; }
}

/// <summary>One registry's entry.</summary>
internal sealed record DockerAuthEntry
{
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }
}

/// <summary>What a credential helper answers.</summary>
internal sealed record HelperReply
{
    [JsonPropertyName("Username")]
    public string? Username { get; init; }

    [JsonPropertyName("Secret")]
    public string? Secret { get; init; }
}

/// <summary>What a token server answers.</summary>
internal sealed record TokenReply
{
    [JsonPropertyName("token")]
    public string? Token { get; init; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    [JsonPropertyName("expires_in")]
    public double? ExpiresIn { get; init; }
}

/// <summary>What a registry says about an error.</summary>
internal sealed record ErrorReply
{
    [JsonPropertyName("errors")]
    public IReadOnlyList<ErrorEntry?>? Errors { get; init; }

    [JsonPropertyName("details")]
    public string? Details { get; init; }
}

/// <summary>One error of an <see cref="ErrorReply"/>.</summary>
internal sealed record ErrorEntry
{
    [JsonPropertyName("code")]
    public string? Code { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }
}

[JsonSerializable(typeof(DockerConfigFile))]
[JsonSerializable(typeof(HelperReply))]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(ErrorReply))]
internal sealed partial class RegistryJson : JsonSerializerContext;
