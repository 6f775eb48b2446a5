using System.Reflection;

namespace CsBuild.Architecture.Tests;

public sealed class TypeTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(CsBuild.Dockerfiles.Syntax.Dockerfile).Assembly,
        typeof(CsBuild.Oci.Model.Digest).Assembly,
        typeof(CsBuild.ImageBuilder).Assembly,
    ];

    [Fact]
    public void Interfaces_have_at_most_four_members_of_their_own()
    {
        var wide = Assemblies.SelectMany(a => a.GetTypes()).Where(t => t.IsInterface)
            .Where(t => t.GetMethods().Count(m => !m.IsSpecialName) + t.GetProperties().Length > 4);

        Assert.Empty(wide);
    }

    [Fact]
    public void Classes_that_nobody_derives_from_are_sealed()
    {
        var types = Assemblies.SelectMany(a => a.GetTypes()).ToArray();
        var open = types.Where(t => t.IsClass && t is { IsSealed: false, IsAbstract: false })
            .Where(t => !t.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .Where(t => !types.Any(d => d.BaseType == t));

        Assert.Empty(open);
    }

    [Fact]
    public void No_static_field_can_be_changed()
    {
        var mutable = Assemblies.SelectMany(a => a.GetTypes())
            .Where(t => !t.Name.StartsWith('<') && !t.FullName!.Contains("__", StringComparison.Ordinal) && t.Namespace?.StartsWith("CsBuild", StringComparison.Ordinal) == true)
            .Where(t => !typeof(System.Text.Json.Serialization.JsonSerializerContext).IsAssignableFrom(t))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f is { IsInitOnly: false, IsLiteral: false } && !f.Name.StartsWith('<'))
            .Where(f => !f.DeclaringType!.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)));

        Assert.Empty(mutable.Select(f => $"{f.DeclaringType}.{f.Name}"));
    }

    [Fact]
    public void No_public_signature_shows_a_type_of_a_package()
    {
        string[] packages = ["Sprache", "ICSharpCode", "Polly", "Spectre", "System.CommandLine"];
        var leaking =
            from assembly in Assemblies
            from type in assembly.GetExportedTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            from used in method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType)
            where packages.Any(p => used.Namespace?.StartsWith(p, StringComparison.Ordinal) == true)
            select $"{type}.{method.Name}: {used}";

        Assert.Empty(leaking);
    }
}
