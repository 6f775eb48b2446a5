using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Tests.Fuzzing;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>Texts that once were printed as something else; any text is tried in <see cref="TotalityTests"/>.</summary>
public sealed class PrinterTests
{
    [Theory]
    [InlineData("COPY <<\vone.txt <<E /x\nbody\nE")]
    [InlineData("COPY a<<\v<<E <<\f/x\nbody\nE")]
    [InlineData("ONBUILD COPY a b \v")]
    [InlineData("ONBUILD /a${\\\t\\\n")]
    [InlineData("ONBUILD RUN x \\\\ \t")]
    [InlineData("COPY <<a \"x <<a y\" /d/\nbody\na")]
    [InlineData("COPY <<a <<a /d/\none\na\ntwo\na")]
    public void What_is_printed_is_read_back_as_the_same(string instruction) =>
        Assert.Null(LanguageProperties.CheckPrinting(DockerfileParser.Parse("FROM a\n" + instruction + "\n")));
}
