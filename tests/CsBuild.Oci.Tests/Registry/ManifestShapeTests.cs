using System.Text;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class ManifestShapeTests
{
    [Theory]
    [InlineData("""{"layers":[]}""", MediaTypes.DockerManifest, MediaTypes.DockerManifest)]
    [InlineData("""{"manifests":[]}""", "application/json", MediaTypes.OciIndex)]
    [InlineData("""{"config":{}}""", null, MediaTypes.OciManifest)]
    [InlineData("""{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}""", "text/plain", MediaTypes.DockerIndex)]
    public void The_media_type_is_that_of_header_body_and_shape_together(string text, string? header, string expected) =>
        Assert.Equal(expected, ManifestShape.MediaTypeOf(Encoding.UTF8.GetBytes(text), header));

    [Theory]
    [InlineData("""{"layers":[],"manifests":[]}""", null)]
    [InlineData("""{"layers":[]}""", MediaTypes.OciIndex)]
    [InlineData("""{"manifests":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", MediaTypes.DockerIndex)]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","layers":[]}""", null)]
    [InlineData("""{"mediaType":7,"layers":[]}""", null)]
    [InlineData("""{"layers":[],"layers":[]}""", null)]
    [InlineData("""{"layers":[],"Layers":[]}""", null)]
    [InlineData("""{"layers":[],"MANIFESTS":[]}""", null)]
    [InlineData("""{"fsLayers":[],"layers":[]}""", null)]
    [InlineData("""{}""", MediaTypes.OciManifest)]
    [InlineData("""[]""", MediaTypes.OciManifest)]
    [InlineData("""<html>""", "text/html")]
    [InlineData("", null)]
    public void Documents_that_could_be_two_things_or_none_are_refused(string text, string? header) =>
        Assert.Throws<InvalidDataException>(() => ManifestShape.MediaTypeOf(Encoding.UTF8.GetBytes(text), header));

    [Fact]
    public void Nesting_has_an_end() =>
        Assert.Throws<InvalidDataException>(() => ManifestShape.MediaTypeOf(Encoding.UTF8.GetBytes("""{"layers":""" + new string('[', 1000) + new string(']', 1000) + "}"), null));
}

public sealed class AuthChallengeTests
{
    [Fact]
    public void Several_challenges_in_one_header_are_told_apart()
    {
        var found = AuthChallenge.Parse(["""Basic realm="a, b\"c" , Bearer realm="https://x/token",service=reg.io,scope="repository:a:pull,push" """]);
        Assert.Equal(["Basic", "Bearer"], found.Select(c => c.Scheme));
        Assert.Equal("a, b\"c", found[0].Parameters["realm"]);
        Assert.Equal("https://x/token", found[1].Parameters["REALM"]);
        Assert.Equal("reg.io", found[1].Parameters["service"]);
        Assert.Equal("repository:a:pull,push", found[1].Parameters["scope"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer realm=\"unclosed")]
    [InlineData("Bearer realm=\"a\",realm=\"b\"")]
    [InlineData("=,=,\"")]
    public void Malformed_headers_do_no_harm(string header) =>
        Assert.DoesNotContain(AuthChallenge.Parse([header]), c => c.Parameters.GetValueOrDefault("realm") == "b");

    [Theory]
    [InlineData("")]
    [InlineData("a\u0000b")]
    [InlineData("\ud800")]
    public void Remote_text_is_always_printable(string text) =>
        Assert.DoesNotContain(RemoteText.Clean(text), char.IsControl);
}
