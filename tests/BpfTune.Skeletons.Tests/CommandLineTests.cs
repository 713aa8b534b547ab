using System.Text.RegularExpressions;
using BpfTune.Skeletons.Tests.Support;

namespace BpfTune.Skeletons.Tests;

public sealed class CommandLineTests
{
    private const string C = "u32 counter; SEC(\"socket\") int prog(void *context) { return counter; }";

    [Theory]
    [InlineData("option --object is missing", new string[0])]
    [InlineData("option --namespace is missing", new[] { "--object", "a" })]
    [InlineData("option --class is missing", new[] { "--object", "a", "--namespace", "N" })]
    [InlineData("option --output is missing", new[] { "--object", "a", "--namespace", "N", "--class", "C" })]
    [InlineData("option --object needs a value", new[] { "--object" })]
    [InlineData("option --object needs a value", new[] { "--object", "" })]
    [InlineData("option --object is given twice", new[] { "--object", "a", "--object", "b" })]
    [InlineData("unknown option '--objects'", new[] { "--objects", "a" })]
    [InlineData("unknown option 'a.bpf.o'", new[] { "a.bpf.o" })]
    [InlineData("'9C' cannot be the name of a class", new[] { "--object", "a", "--namespace", "N", "--class", "9C", "--output", "o" })]
    [InlineData("'N..M' cannot be a namespace", new[] { "--object", "a", "--namespace", "N..M", "--class", "C", "--output", "o" })]
    public void Wrong_usage_is_told(string what, string[] arguments)
    {
        (int exitCode, string output, string error) = Tool.Run(arguments);
        Assert.Equal(($"BpfTune.Skeletons : error BTS001: {what}; {Options.Usage}\n", "", 2), (error, output, exitCode));
    }

    [Fact]
    public void Help_is_no_error() => Assert.Equal((0, Options.Usage + "\n", ""), Tool.Run("--help"));

    [Fact]
    public void Errors_have_the_form_that_msbuild_reads()
    {
        (_, _, string error) = Tool.Run("--object", "/gone/a.bpf.o", "--namespace", "N", "--class", "C", "--output", "o");
        // The canonical form: origin, category, code, text.
        Assert.Matches(new Regex(@"^/gone/a\.bpf\.o : error BTS\d{3}: \S.*\n$"), error);
    }

    [Fact]
    public void An_unchanged_skeleton_is_not_written_again()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, C);
        string outputPath = directory.File("sub/out.cs");
        DateTime past = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);

        Assert.Equal(0, Tool.Generate(objectPath, outputPath).ExitCode);
        File.SetLastWriteTimeUtc(outputPath, past);
        Assert.Equal(0, Tool.Generate(objectPath, outputPath).ExitCode);
        Assert.Equal(past, File.GetLastWriteTimeUtc(outputPath));

        Clang.Compile(directory, "u32 another; " + C);
        Assert.Equal(0, Tool.Generate(objectPath, outputPath).ExitCode);
        Assert.NotEqual(past, File.GetLastWriteTimeUtc(outputPath));
        Assert.Contains("another", File.ReadAllText(outputPath), StringComparison.Ordinal);
        Assert.Equal(["out.cs"], Directory.EnumerateFiles(directory.File("sub")).Select(Path.GetFileName));
    }

    [Fact]
    public void The_same_object_gives_the_same_text_wherever_it_lies()
    {
        using TestDirectory one = new();
        using TestDirectory other = new();
        string[] texts = [.. new[] { one, other }.Select(directory =>
        {
            Assert.Equal(0, Tool.Generate(Clang.Compile(directory, C), directory.File("out.cs")).ExitCode);
            return File.ReadAllText(directory.File("out.cs"));
        })];
        Assert.Equal(texts[0], texts[1]);
        Assert.DoesNotContain(one.Path, texts[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\r', texts[0]);
    }

    [Fact]
    public void The_resource_prefix_is_as_asked()
    {
        using TestDirectory directory = new();
        Tool.Generate(Clang.Compile(directory, C), directory.File("out.cs"), "--resource-prefix", "objects");
        string text = File.ReadAllText(directory.File("out.cs"));
        Assert.Contains("\"objects/x86_64/test.bpf.o\"", text, StringComparison.Ordinal);
        Assert.Contains("\"objects/arm64/test.bpf.o\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_told()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, C);
        (int exitCode, _, string error) = Tool.Generate(objectPath, Path.Combine(objectPath, "out.cs"));
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"{objectPath} : error BTS009: cannot write {objectPath}/out.cs: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_bpftool_is_told()
    {
        using TestDirectory directory = new();
        (int exitCode, _, string error) = Tool.Generate(Clang.Compile(directory, C), directory.File("out.cs"), "--bpftool", "/gone/bpftool");
        Assert.Equal(1, exitCode);
        Assert.Contains(": error BTS004: cannot run /gone/bpftool: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo no kernel here >&2; exit 2", "btf dump' failed with exit code 2: no kernel here")]
    [InlineData("echo '{\"error\":\"bad BTF\"}'; exit 255", "btf dump' failed with exit code 255: {\"error\":\"bad BTF\"}")]
    [InlineData("echo hello", "what bpftool printed is not understood: ")]
    [InlineData("echo '{}'", "what bpftool printed is not understood: ")]
    [InlineData("echo '{\"types\":[{\"id\":1,\"kind\":\"NEW\"}]}'", "what bpftool printed is not understood: unknown BTF kind 'NEW'")]
    [InlineData("echo '{\"types\":[{\"id\":1,\"kind\":\"DATASEC\",\"name\":\".bss\",\"vars\":[{\"type_id\":7}]}]}'", "bpftool's BTF refers to a type 7 that it does not list")]
    public void A_failing_bpftool_is_told_in_one_line(string script, string message)
    {
        using TestDirectory directory = new();
        string bpftool = directory.File("bpftool");
        File.WriteAllText(bpftool, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(bpftool, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (int exitCode, _, string error) = Tool.Generate(Clang.Compile(directory, C), directory.File("out.cs"), "--bpftool", bpftool);

        Assert.Equal(1, exitCode);
        Assert.Contains(": error BTS004: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
