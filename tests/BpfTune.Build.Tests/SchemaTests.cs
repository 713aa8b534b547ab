using System.Text.Json.Nodes;
using Nuke.Common.Execution;

namespace BpfTune.Build.Tests;

/// <summary>.nuke/build.schema.json is what NUKE writes of this build at each of its runs: else a run would leave the working tree changed.</summary>
public sealed class SchemaTests
{
    private static readonly JsonNode s_schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, ".nuke/build.schema.json")))!;

    [Fact]
    public void Targets_are_all_there_in_order() =>
        Assert.Equal(
            new TargetGraph(new global::Build()).Targets.Select(target => target.Name).Order(StringComparer.Ordinal),
            Names(s_schema["definitions"]!["ExecutableTarget"]!["enum"]!));

    [Fact]
    public void Parameters_are_all_there_in_order_as_NUKE_describes_their_types()
    {
        var expected = new JsonObject();
        foreach (var parameter in Parameter.Of(typeof(global::Build)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            var description = TypeOf(parameter.Field.FieldType);
            description["description"] = parameter.Description;
            if (parameter.Field.FieldType == typeof(int))
                description["format"] = "int32";
            expected[parameter.Name] = description;
        }

        var actual = s_schema["allOf"]![0]!["properties"]!;
        Assert.Equal(expected.Select(property => property.Key), actual.AsObject().Select(property => property.Key));
        Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
    }

    [Fact]
    public void Hosts_are_in_NUKEs_order() =>
        Assert.Equal(["TravisCI", "VSCode", "VisualStudio"], Names(s_schema["definitions"]!["Host"]!["enum"]!).TakeLast(3));

    // The stand-in does not read it, and what the file holds would hold for NUKE alone.
    [Fact]
    public void The_file_of_parameters_has_none() =>
        Assert.Equal(["$schema"], JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, ".nuke/parameters.json")))!.AsObject().Select(property => property.Key));

    private static IEnumerable<string> Names(JsonNode array) => array.AsArray().Select(name => name!.GetValue<string>());

    private static JsonObject TypeOf(Type type)
    {
        if (type == typeof(bool?))
            return new JsonObject { ["type"] = new JsonArray("boolean", "null") };
        if (type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        return new JsonObject { ["type"] = type == typeof(int) ? "integer" : "string" };
    }
}
