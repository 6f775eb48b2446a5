namespace CsBuild.Oci.Registry;

/// <summary>Who asks: a user name with a password, or an identity token alone. Never printed.</summary>
internal sealed class Credential
{
    private Credential(string? user, string secret) => (User, Secret) = (user, secret);

    /// <summary>Null for an identity token.</summary>
    public string? User { get; }

    public string Secret { get; }

    public static Credential Password(string user, string password) => new(user, password);

    public static Credential IdentityToken(string token) => new(null, token);

    public override string ToString() => "(a credential)";
}
