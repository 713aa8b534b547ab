using System.Reflection;

namespace BpfTune.Build.Tests;

/// <summary>
/// What the stand-in offers, NUKE must have: else Build*.cs compiles against the one and not against the other, and nobody sees it where
/// NUKE cannot be had. The list beside this file was compared with the sources of NUKE 10 member by member, but that parameters which the
/// build does not give are left out; what is added to it must be compared too.
/// </summary>
public sealed class StandInSurfaceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_stand_in_offers_what_was_compared_with_NUKE_and_no_more()
    {
        var surface = typeof(Nuke.Common.NukeBuild).Assembly.GetExportedTypes().SelectMany(Members).Order(StringComparer.Ordinal);

        Assert.Equal(File.ReadAllLines(Path.Combine(Repository.Root, "tests/BpfTune.Build.Tests/nuke-members.txt")), surface);
    }

    [Fact]
    public void The_stand_in_offers_nothing_that_the_build_does_not_use()
    {
        var sources = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "build"), "*.cs").Select(File.ReadAllText));
        var names = File.ReadAllLines(Path.Combine(Repository.Root, "tests/BpfTune.Build.Tests/nuke-members.txt"))
            .Select(line => line.Split('(', ':')[0].Split('.')[^1].Replace("get_", "", StringComparison.Ordinal))
            .Where(name => !name.StartsWith("op_", StringComparison.Ordinal));
        Assert.All(names, name => Assert.Matches($@"\b{name}\b", sources));
    }

    [Fact]
    public void The_stand_in_is_small()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "build/Offline"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal));
        Assert.InRange(files.Sum(file => File.ReadAllLines(file).Length), 1, 700);
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            return [$"{type}"];

        var methods = type.GetMethods(Declared).Where(method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !IsPartOfType(method))
            .Select(method => $"{type}.{method.Name}({Parameters(method)}): {Name(method.ReturnType)}");
        var fields = type.GetFields(Declared).Where(field => field.IsPublic).Select(field => $"{type}.{field.Name}: {Name(field.FieldType)}");
        return methods.Concat(fields);
    }

    // What every type has, or the compiler writes.
    private static bool IsPartOfType(MethodInfo method) =>
        method.GetBaseDefinition() != method || method.Name is "Equals" or "Main" || method.Name.StartsWith('<');

    private static string Parameters(MethodInfo method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}"));

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
