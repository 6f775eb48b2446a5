using CsBuild.Dockerfiles.Expansion;

namespace CsBuild.Dockerfiles.Tests.Expansion;

public sealed class VariableScopeTests
{
    [Fact]
    public void The_last_writer_of_a_name_wins()
    {
        var scope = VariableScope.Empty.WithArg("X", "arg").WithEnv("X", "env");
        Assert.Equal("env", scope.Lookup("X"));
        scope = scope.WithArg("X", "again");
        Assert.Equal("again", scope.Lookup("X"));
        Assert.Equal("X=env", Show(scope.Environment));
        Assert.Equal("X=again", Show(scope.CommandEnvironment));
    }

    [Fact]
    public void An_arg_without_a_value_only_declares()
    {
        var scope = VariableScope.Empty.WithEnv("X", "env").WithArg("X", null).WithArg("Y", null);
        Assert.Equal("env", scope.Lookup("X"));
        Assert.Null(scope.Lookup("Y"));
        Assert.Equal("X=env", Show(scope.CommandEnvironment));
        Assert.Equal("X=env Y=", Show(scope.DeclaredArgs));
    }

    [Fact]
    public void Commands_see_env_first_and_then_args_in_order_of_first_declaration()
    {
        var scope = VariableScope.Empty
            .WithEnv([new("PATH", "/bin"), new("A", "1")])
            .WithArg("Z", "z").WithArg("B", "b").WithArg("Z", "zz").WithEnv("A", "2");
        Assert.Equal("PATH=/bin A=2 Z=zz B=b", Show(scope.CommandEnvironment));
        Assert.Equal("Z=zz B=b", Show(scope.DeclaredArgs));
    }

    [Fact]
    public void Switches_of_sbom_scans_are_not_exported()
    {
        var scope = VariableScope.Empty.WithArg("BUILDKIT_SBOM_SCAN_STAGE", "true");
        Assert.Empty(scope.CommandEnvironment);
        Assert.Equal("true", scope.Lookup("BUILDKIT_SBOM_SCAN_STAGE"));
    }

    [Fact]
    public void Names_have_no_case_for_Windows()
    {
        var scope = VariableScope.EmptyOfWindows.WithEnv("Path", "1").WithArg("Arg", "a").WithEnv("PATH", "2").WithArg("ARG", "b");
        Assert.Equal(("2", "b"), (scope.Lookup("path"), scope.Lookup("arg")));
        Assert.Equal("PATH=2", Show(scope.Environment));
        Assert.Equal("PATH=2 Arg=b", Show(scope.CommandEnvironment).Replace("ARG=", "Arg=", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scope_does_not_change_when_another_grows_out_of_it()
    {
        var before = VariableScope.Empty.WithEnv("A", "1").WithArg("B", "1");
        _ = before.WithEnv("A", "2").WithArg("B", "2").WithEnv("C", "3");
        Assert.Equal("A=1 B=1", Show(before.CommandEnvironment));
    }

    private static string Show(IEnumerable<KeyValuePair<string, string>> pairs) => string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}"));
}
