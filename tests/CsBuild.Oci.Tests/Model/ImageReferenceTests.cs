using CsBuild.Oci.Model;

namespace CsBuild.Oci.Tests.Model;

public sealed class ImageReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("app", "docker.io/library/app:latest")]
    [InlineData("app:1.0", "docker.io/library/app:1.0")]
    [InlineData("me/app", "docker.io/me/app:latest")]
    [InlineData("docker.io/app", "docker.io/library/app:latest")]
    [InlineData("index.docker.io/me/app:x", "docker.io/me/app:x")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest")]
    [InlineData("localhost:5000", "docker.io/library/localhost:5000")]
    [InlineData("Host/app", "Host/app:latest")]
    [InlineData("r.example/a/b-c__d.e/f--g:T_1.x-y", "r.example/a/b-c__d.e/f--g:T_1.x-y")]
    [InlineData("[::1]:5000/app:2", "[::1]:5000/app:2")]
    [InlineData("app@sha256:" + Hex, "docker.io/library/app@sha256:" + Hex)]
    [InlineData("app:1@sha256:" + Hex, "docker.io/library/app:1@sha256:" + Hex)]
    public void A_name_is_completed_as_Docker_completes_it(string text, string full)
    {
        Assert.Equal(full, ImageReference.Parse(text).ToString());
        Assert.Equal(full, ImageReference.Parse(full).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("App")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("a:.b")]
    [InlineData("a:b c")]
    [InlineData("a@sha256:12")]
    [InlineData("a@md5:" + Hex)]
    [InlineData("-host.x/a")]
    [InlineData("host-.x/a")]
    [InlineData("h..x/a")]
    [InlineData("h.x:/a")]
    [InlineData("h.x:a1/a")]
    [InlineData("../../etc/passwd")]
    public void What_names_no_image_is_refused(string text) => Assert.False(ImageReference.TryParse(text, out _));

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(ImageReference.TryParse("a:" + new string('t', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _));
    }
}
