using CsBuild.Dockerfiles.Expansion;

namespace CsBuild.Dockerfiles.Tests.Expansion;

public sealed class PortSpecTests
{
    [Theory]
    [InlineData("80", "80/tcp")]
    [InlineData("80/", "80/tcp")]
    [InlineData("53/UDP", "53/udp")]
    [InlineData("80-82/sctp", "80/sctp 81/sctp 82/sctp")]
    [InlineData("0", "0/tcp")]
    [InlineData(":80", "80/tcp")]
    [InlineData("8080:80", "80/tcp")]
    [InlineData("1-2:3", "3/tcp")]
    [InlineData("127.0.0.1:9:10", "10/tcp")]
    [InlineData("127.0.0.1::10", "10/tcp")]
    [InlineData("[::1]:9:10", "10/tcp")]
    public void A_word_names_its_ports(string word, string expected) =>
        Assert.Equal(expected, string.Join(' ', PortSpec.Expand(word)));

    [Theory]
    [InlineData("99999", "invalid containerPort: 99999")]
    [InlineData("82-80", "invalid containerPort: 82-80")]
    [InlineData("x", "invalid containerPort: x")]
    [InlineData("-1", "invalid containerPort: -1")]
    [InlineData("80/foo", "invalid port: \"80/foo\": invalid proto: foo")]
    [InlineData("80:", "invalid port: \"80:\": no port specified")]
    [InlineData("", "invalid port: \"\": no port specified")]
    [InlineData("x:80", "invalid hostPort: x")]
    [InlineData("1-2:3-5", "invalid ranges specified for container and host Ports: 1-2:3-5")]
    [InlineData("a:1:2", "invalid IP address: a")]
    public void What_is_no_port_says_why(string word, string message) =>
        Assert.Equal(message, Assert.Throws<ExpansionException>(() => PortSpec.Expand(word)).Message);

    [Theory]
    [InlineData("SIGTERM", true)]
    [InlineData("term", true)]
    [InlineData("9", true)]
    [InlineData("99", true)]
    [InlineData("SIGRTMIN+3", true)]
    [InlineData("rtmax-14", true)]
    [InlineData("0", false)]
    [InlineData("RTMAX-15", false)]
    [InlineData("RTMIN+16", false)]
    [InlineData("SIGFOO", false)]
    [InlineData("", false)]
    public void Signals_are_known_by_number_and_name(string signal, bool known) => Assert.Equal(known, SignalName.IsKnown(signal));
}
