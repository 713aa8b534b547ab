using System.Reflection;
using System.Text.Json.Nodes;
using BpfTune.LibBpf;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BpfTune.Skeletons.Tests.Support;

/// <summary>C source that has become an object, a skeleton and an assembly.</summary>
internal sealed class CompiledSkeleton
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name == "mscorlib.dll" || name == "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(BpfObject).Assembly.Location),
    ];

    private CompiledSkeleton(string source, Type type, BtfDump btf)
    {
        Source = source;
        Type = type;
        Btf = btf;
    }

    /// <summary>The generated C#.</summary>
    public string Source { get; }

    /// <summary>The generated class.</summary>
    public Type Type { get; }

    /// <summary>What bpftool says of the object.</summary>
    public BtfDump Btf { get; }

    /// <summary>Any warning of the C# compiler fails the test.</summary>
    public static CompiledSkeleton From(string c)
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, c);
        string outputPath = directory.File("test.skel.g.cs");
        (int exitCode, string output, string error) = Tool.Generate(objectPath, outputPath);
        Assert.True(exitCode == 0 && output.Length == 0 && error.Length == 0, error + output);
        string source = File.ReadAllText(outputPath);
        return new CompiledSkeleton(source, Compile(source).GetType("Test.Generated.TestBpf", throwOnError: true)!, BtfDump.Of(objectPath));
    }

    /// <summary>A type from C.</summary>
    public Type Nested(string name) =>
        Type.GetNestedType(name) ?? throw new InvalidOperationException($"the skeleton has no type {name}:\n{Source}");

    /// <summary>The C# type of a member of a group, as <c>Loaded.Maps.events</c>.</summary>
    public Type Member(string path)
    {
        Type type = Type;
        foreach ((int index, string name) in path.Split('.').Index())
        {
            type = index == 0
                ? Nested(name)
                : type.GetProperty(name)?.PropertyType ?? throw new InvalidOperationException($"the skeleton has no {path}:\n{Source}");
        }

        return type.IsByRef ? type.GetElementType()! : type;
    }

    private static Assembly Compile(string source)
    {
        CSharpParseOptions parse = new(LanguageVersion.CSharp14);
        CSharpCompilationOptions options = new(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, checkOverflow: true, warningLevel: 9999);
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"Generated{Guid.NewGuid():N}", [CSharpSyntaxTree.ParseText(source, parse)], References, options);
        using MemoryStream image = new();
        string[] problems = [.. compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.ToString())];
        Assert.True(problems.Length == 0, string.Join('\n', problems) + "\n" + source);
        return Assembly.Load(image.ToArray());
    }
}
