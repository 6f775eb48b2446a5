using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class TlsTests : RegistryTest
{
    private readonly X509Certificate2 _authority;
    private readonly InMemoryRegistry _secured;
    private readonly TempDirectory _directory;

    public TlsTests()
    {
        using var key = RSA.Create(2048);
        var authority = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = Own(authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
        _secured = Own(new InMemoryRegistry(Own(Leaf(DateTimeOffset.UtcNow.AddHours(1)))));
        _secured.AddManifest("team/app", "1", ManifestBytes);
        _directory = Own(new TempDirectory());
    }

    private string AuthorityFile => _directory.Write("ca.pem", _authority.ExportCertificatePem());

    private static ImageReference At(InMemoryRegistry registry) => ImageReference.Parse($"{registry.Address}/team/app:1");

    [Fact]
    public async Task An_authority_of_ones_own_is_believed()
    {
        var options = Settings(_secured.Address, new RegistrySettings { CertificateAuthority = AuthorityFile });
        await Client(options).FetchManifestAsync(At(_secured), None);
    }

    [Fact]
    public async Task Verification_can_be_switched_off_for_one_registry()
    {
        await Client(Settings(_secured.Address, new RegistrySettings { SkipTlsVerify = true })).FetchManifestAsync(At(_secured), None);
    }

    [Fact]
    public async Task A_certificate_of_nobody_is_refused_and_not_replaced_by_plain_http()
    {
        // Another authority: TLS is wanted, this certificate is not.
        using var key = RSA.Create(2048);
        var stranger = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = _directory.Write("other.pem", stranger.ExportCertificatePem());
        var e = await Assert.ThrowsAsync<RegistryException>(() =>
            Client(Settings(_secured.Address, new RegistrySettings { CertificateAuthority = file })).FetchManifestAsync(At(_secured), None));
        Assert.Equal(RegistryFailure.Unreachable, e.Reason);
        Assert.Contains("certificate", e.Hint, StringComparison.Ordinal);
        Assert.Empty(_secured.Requests);
        Assert.Empty(Clock.Waits);
    }

    [Fact]
    public async Task A_certificate_that_ran_out_is_refused_even_from_the_right_authority()
    {
        var expired = Own(new InMemoryRegistry(Own(Leaf(DateTimeOffset.UtcNow.AddHours(-1)))));
        await Assert.ThrowsAsync<RegistryException>(() =>
            Client(Settings(expired.Address, new RegistrySettings { CertificateAuthority = AuthorityFile })).FetchManifestAsync(At(expired), None));
    }

    [Fact]
    public async Task A_plain_registry_is_not_talked_to_where_tls_is_wanted()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(() =>
            Client(Settings(Server.Address, new RegistrySettings { SkipTlsVerify = true })).FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Unreachable, e.Reason);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task An_authority_that_cannot_be_read_is_named()
    {
        var options = Settings(_secured.Address, new RegistrySettings { CertificateAuthority = _directory["missing.pem"] });
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(options).FetchManifestAsync(At(_secured), None));
        Assert.Contains("missing.pem", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker.io", "https://registry-1.docker.io/")]
    [InlineData("reg.example.com", "https://reg.example.com/")]
    [InlineData("reg.example.com:80", "https://reg.example.com:80/")]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/")]
    [InlineData("10.0.0.1:5000", "https://10.0.0.1:5000/")]
    [InlineData("localhost.example.com", "https://localhost.example.com/")]
    public void Plain_http_is_for_loopback_only(string registry, string url) =>
        Assert.Equal(url, RegistryEndpoint.For(registry, new RegistryOptions()).BaseUri.ToString());

    [Fact]
    public void Plain_http_is_for_what_the_user_names_too() =>
        Assert.Equal("http://reg.lan/", RegistryEndpoint.For("reg.lan", Settings("reg.lan", new RegistrySettings { PlainHttp = true })).BaseUri.ToString());

    private X509Certificate2 Leaf(DateTimeOffset until)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-20), until, [1, 2, 3]);
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
