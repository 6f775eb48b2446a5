using CsBuild.Fetching;
using CsBuild.Fetching.Git;

namespace CsBuild.Tests.Fetching;

public sealed class GitSourceTests
{
    [Theory]
    [InlineData("https://github.com/moby/buildkit.git", "https://github.com/moby/buildkit.git", "", "")]
    [InlineData("https://github.com/moby/buildkit.git#v1", "https://github.com/moby/buildkit.git", "v1", "")]
    [InlineData("https://github.com/moby/buildkit.git#v1:a/b/", "https://github.com/moby/buildkit.git", "v1", "a/b")]
    [InlineData("https://github.com/moby/buildkit.git#:a/../b", "https://github.com/moby/buildkit.git", "", "b")]
    [InlineData("https://github.com/moby/buildkit.git#feature%2Fx:%61", "https://github.com/moby/buildkit.git", "feature/x", "a")]
    [InlineData("http://h:8080/r.git", "http://h:8080/r.git", "", "")]
    [InlineData("https://user:secret@h/r.git#m", "https://h/r.git", "m", "")]
    [InlineData("ssh://git@h:22/r", "ssh://git@h:22/r", "", "")]
    [InlineData("git://h/r", "git://h/r", "", "")]
    [InlineData("git@h.example:a/b.git#v1:sub", "git@h.example:a/b.git", "v1", "sub")]
    [InlineData("git@h.example:a/b.git?branch=x", "git@h.example:a/b.git", "refs/heads/x", "")]
    [InlineData("deploy@h:/srv/r", "deploy@h:/srv/r", "", "")]
    [InlineData("https://h/r.git?tag=v1&subdir=s", "https://h/r.git", "refs/tags/v1", "s")]
    [InlineData("https://h/r.git?ref=v1&subdir=s#v1:s", "https://h/r.git", "v1", "s")]
    [InlineData("https://[::1]:81/r.git", "https://[::1]:81/r.git", "", "")]
    public void All_forms_of_a_repository_are_read(string text, string remote, string name, string directory)
    {
        Assert.True(GitSource.TryParse(text, isContext: false, out var source));
        Assert.Equal((remote, name, directory), (source.Remote.Address, source.Ref, source.Subdirectory));
    }

    [Theory]
    [InlineData("./a.git")]
    [InlineData("../a.git")]
    [InlineData("a.git")]
    [InlineData("dir/file")]
    [InlineData("https://github.com/moby/buildkit")]
    [InlineData("https://h/r.git/archive.tar.gz")]
    [InlineData("file:///etc")]
    [InlineData("ext::sh -c id")]
    [InlineData("fd::7")]
    [InlineData("ftp://h/r.git")]
    [InlineData("github.com/moby/buildkit")]
    public void Everything_else_is_none(string text) => Assert.False(GitSource.TryParse(text, isContext: false, out _));

    [Fact]
    public void A_context_may_leave_the_scheme_of_one_forge_out()
    {
        Assert.True(GitSource.TryParse("github.com/moby/buildkit#v1:sub", isContext: true, out var source));
        Assert.Equal(("https://github.com/moby/buildkit", "v1", "sub"), (source.Remote.Address, source.Ref, source.Subdirectory));
    }

    [Fact]
    public void A_query_says_what_is_kept_and_compared()
    {
        Assert.True(GitSource.TryParse("https://h/r.git?keep-git-dir&submodules=0&commit=abc&fetch-by-commit=true&mtime=commit", isContext: false, out var source));
        Assert.Equal((true, false, "abc", true), (source.KeepGitDirectory, source.Submodules, source.Checksum, source.FetchByCommit));
    }

    [Theory]
    [InlineData("https://h/r.git?branch=a&tag=b", "branch conflicts with tag")]
    [InlineData("https://h/r.git?ref=a#b", "ref conflicts")]
    [InlineData("https://h/r.git?subdir=a#x:b", "subdir conflicts")]
    [InlineData("https://h/r.git?x=1", "unexpected query \"x\"")]
    [InlineData("https://h/r.git?ref=", "query \"ref\" has no value")]
    [InlineData("https://h/r.git?ref=a&ref=b", "query \"ref\" has multiple values")]
    [InlineData("https://h/r.git?submodules=maybe", "invalid submodules value")]
    [InlineData("https://h/r.git?mtime=checkout", "mtime=checkout is not supported")]
    public void A_query_that_makes_no_sense_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => GitSource.TryParse(text, isContext: false, out _)).Message, StringComparison.Ordinal);

    [Theory]
    [Trait("Rule", "S35")]
    [InlineData("https://h/r.git#--upload-pack=touch%20x")]
    [InlineData("https://h/r.git#-x")]
    [InlineData("https://h/r.git?branch=..%2Fx")]
    [InlineData("https://h/r.git#a%0Ab")]
    [InlineData("https://h/r.git#a%20b")]
    [InlineData("https://h/r.git#a*")]
    [InlineData("https://h/r.git#a:%0A")]
    [InlineData("https://h/%0A/r.git")]
    [InlineData("https://h/a b/r.git")]
    [InlineData("ssh://-oProxyCommand=x/r")]
    [InlineData("ssh://-l@h/r")]
    [InlineData("ssh://%2Dl@h/r")]
    [InlineData("ssh://h/-r")]
    [InlineData("git@-h:r")]
    [InlineData("-x@h:r")]
    [InlineData("git@h:-r")]
    [InlineData("git@h:r\n")]
    public void What_a_program_could_read_as_an_option_is_refused_before_it_starts(string text) =>
        Assert.Throws<FormatException>(() => GitSource.TryParse(text, isContext: false, out _));

    [Theory]
    [InlineData("https://h/a/b.git", "../c.git", "https://h/a/c.git")]
    [InlineData("https://h/a/b.git", "../../c.git", "https://h/c.git")]
    [InlineData("https://h/a/b.git", "./c", "https://h/a/b.git/c")]
    [InlineData("git@h:a/b.git", "../c.git", "git@h:a/c.git")]
    [InlineData("git@h:b.git", "../c.git", "git@h:c.git")]
    [InlineData("https://h/a.git", "ssh://git@i/c", "ssh://git@i/c")]
    public void URLs_of_submodules_may_be_relative(string outer, string url, string remote) =>
        Assert.Equal(remote, GitRemote.TryParse(outer)!.Submodule(url).Address);

    [Theory]
    [Trait("Rule", "S36")]
    [InlineData("https://h/a.git", "../../../etc")]
    [InlineData("https://h/a.git", "http://h/c.git")]
    [InlineData("https://h/a.git", "git://h/c.git")]
    [InlineData("https://h/a.git", "file:///etc")]
    [InlineData("https://h/a.git", "/etc")]
    [InlineData("https://h/a.git", "ext::sh")]
    [InlineData("https://h/a.git", "-x")]
    [InlineData("https://h/a.git", "ssh://-oProxyCommand=x/y")]
    public void URLs_of_submodules_lead_to_no_other_kind_of_place(string outer, string url) =>
        Assert.Throws<FormatException>(() => GitRemote.TryParse(outer)!.Submodule(url));

    [Theory]
    [Trait("Rule", "S38")]
    [InlineData("http://h/a/b.txt", "b.txt")]
    [InlineData("http://h/a/b.txt?x=/y#z", "b.txt")]
    [InlineData("http://h/a/", "a")]
    [InlineData("http://h/", "__unnamed__")]
    [InlineData("http://h", "__unnamed__")]
    [InlineData("http://h/a/..", "__unnamed__")]
    [InlineData("http://h/a%2Fb", "b")]
    [InlineData("http://h/%2e%2e%2f%2e%2e", "__unnamed__")]
    [InlineData("http://h/a%20b%C3%A9", "a bé")]
    public void A_file_is_called_what_the_path_of_its_URL_ends_in(string url, string name) =>
        Assert.Equal(name, new HttpSource(url).FileName);

    [Theory]
    [Trait("Rule", "S38")]
    [InlineData("http://h/a%0Ab")]
    [InlineData("http://h/a%00b")]
    [InlineData("http://h/a\tb")]
    [InlineData("http:///x")]
    public void A_URL_with_control_characters_or_without_host_is_refused(string url) =>
        Assert.Throws<FormatException>(() => new HttpSource(url));

    [Fact]
    public void Passwords_in_addresses_are_not_shown() =>
        Assert.Equal("https://xxxxx@h/a", new HttpSource("https://user:pass@h/a").ToString());
}
