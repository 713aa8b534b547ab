using System.Reflection;
using DotNet.Testcontainers.Builders;

namespace BpfTune.Containers.Tests;

/// <summary>
/// What the stand-in offers, Testcontainers must have: else the package tests compile against the one and not against the other, and nobody
/// sees it where the package cannot be restored. The list beside this file was read from the metadata of Testcontainers 4.15.0 member by
/// member (the builder's type parameter written as what it is there, ContainerBuilder); what is added to it must be too.
/// </summary>
public sealed class StandInSurfaceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_stand_in_offers_what_was_read_from_Testcontainers_and_no_more()
    {
        var root = typeof(StandInSurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var surface = typeof(ContainerBuilder).Assembly.GetExportedTypes().SelectMany(Members).Order(StringComparer.Ordinal);

        Assert.Equal(File.ReadAllLines(Path.Combine(root, "tests/BpfTune.Containers.Tests/testcontainers-members.txt")), surface);
    }

    private static IEnumerable<string> Members(Type type) =>
    [
        .. type.GetConstructors().Select(constructor => $"{type}..ctor({Parameters(constructor)})"),
        .. type.GetMethods(Declared).Where(method => method.GetBaseDefinition() == method).Select(method => $"{type}.{method.Name}({Parameters(method)}): {Name(method.ReturnType)}"),
        .. type.GetFields(Declared).Select(field => $"{type}.{field.Name}: {Name(field.FieldType)}"),
    ];

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}"));

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
