using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BpfTune.Build.Tests;

/// <summary>The MSBuild targets for BPF, in a repository made for the test: two programs, one of which includes a header.</summary>
public sealed partial class BpfTargetsTests : IDisposable
{
    private readonly TemporaryDirectory _repository = new();

    public BpfTargetsTests()
    {
        _repository.Write("bpf/include/bpftune/common.h", "#define LIMIT 4\n");
        _repository.Write("bpf/first.bpf.c", "#include <bpftune/common.h>\nint count = LIMIT;\n");
        _repository.Write("bpf/second.bpf.c", "int count = 2;\n");
        _repository.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <RepositoryRoot>{_repository.Path}/</RepositoryRoot>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
            </Project>
            """);
        _repository.Write("tuner/tuner.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <BpfSource Include="../bpf/*.bpf.c" />
              </ItemGroup>
              <Import Project="{Repository.Root}build/msbuild/Bpf.targets" />
            </Project>
            """);
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Only_what_changed_is_compiled()
    {
        Assert.Equal(["first arm64", "first x86_64", "second arm64", "second x86_64"], Compile());
        Assert.Empty(Compile());

        Touch("bpf/second.bpf.c");
        Assert.Equal(["second arm64", "second x86_64"], Compile());

        Touch("bpf/include/bpftune/common.h");
        Assert.Equal(["first arm64", "first x86_64"], Compile());

        Assert.Equal(["first arm64", "first x86_64", "second arm64", "second x86_64"], Compile("-p:BpfClangOptions=-DOTHER"));
    }

    [Fact]
    public void An_object_has_types_but_neither_debug_sections_nor_paths()
    {
        Compile();

        var bytes = File.ReadAllText(Path.Combine(_repository.Path, "tuner/obj/Debug/net10.0/bpf/x86_64/first.bpf.o"), System.Text.Encoding.Latin1);
        Assert.Contains(".BTF", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(".debug_info", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(_repository.Path, bytes, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_names_its_file_and_line()
    {
        _repository.Write("bpf/second.bpf.c", "int count = 2;\nint wrong = nothing;\n");

        var (exitCode, output) = Build();

        Assert.NotEqual(0, exitCode);
        Assert.Matches(@"second\.bpf\.c\(2,13\): error [^:]*: use of undeclared identifier 'nothing'", output);
    }

    // Another clang than its author's warns of other things.
    [Fact]
    public void A_warning_is_no_error_unless_it_is_to_be_one()
    {
        _repository.Write("bpf/second.bpf.c", "int first(void) { int unused; return 0; }\n");

        var (exitCode, output) = Build();
        Assert.Equal(0, exitCode);
        Assert.Matches(@"second\.bpf\.c\(1,\d+\): warning [^:]*: unused variable 'unused'", output);

        (exitCode, output) = Build(["-p:BpfWarningsAsErrors=true"]);
        Assert.NotEqual(0, exitCode);
        Assert.Matches(@"second\.bpf\.c\(1,\d+\): error [^:]*: unused variable 'unused'", output);
    }

    [Fact]
    public void A_missing_compiler_is_one_error_that_names_the_package()
    {
        using var empty = new TemporaryDirectory();
        foreach (var tool in new[] { "sh", "uname", "cut", "dirname", "mkdir", "mv" })
            File.CreateSymbolicLink(empty[tool], new[] { "/bin/", "/usr/bin/" }.Select(directory => directory + tool).First(File.Exists));

        var (exitCode, output) = Build(path: empty.Path);

        Assert.NotEqual(0, exitCode);
        var error = Assert.Single(Error().Matches(output).Select(match => match.Value).Distinct());
        Assert.Contains("BPF0001: clang 14 or newer is needed", error, StringComparison.Ordinal);
        Assert.Contains("apt-get install clang, dnf install clang, or pacman -S clang", error, StringComparison.Ordinal);
    }

    // In the past of what was made, a change would be no change; file systems keep time finely enough for the order to hold.
    private void Touch(string file) => File.SetLastWriteTimeUtc(_repository[file], DateTime.UtcNow);

    private string[] Compile(params string[] options)
    {
        var (exitCode, output) = Build(options);
        Assert.True(exitCode == 0, output);
        return [.. Clang().Matches(output).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order(StringComparer.Ordinal)];
    }

    private (int ExitCode, string Output) Build(string[]? options = null, string? path = null)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath!;
        var start = new ProcessStartInfo(dotnet, ["msbuild", _repository["tuner/tuner.csproj"], "-t:BpfCompile", "-nologo", "-v:minimal", "-nodeReuse:false", "-tl:off", .. options ?? []])
        {
            WorkingDirectory = _repository.Path,
            RedirectStandardOutput = true,
        };
        if (path is not null)
            start.Environment["PATH"] = path;
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return (build.ExitCode, output);
    }

    [GeneratedRegex(@"clang  (\w+)\.bpf\.o  (\w+)")]
    private static partial Regex Clang();

    [GeneratedRegex("error .*")]
    private static partial Regex Error();
}
