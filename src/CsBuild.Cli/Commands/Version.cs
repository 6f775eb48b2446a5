using System.Reflection;

namespace CsBuild.Cli.Commands;

/// <summary>This program's version.</summary>
internal static class Version
{
    public static string Text { get; } = typeof(Version).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
