using Nuke.Common;
using Nuke.Common.Tooling;

partial class Build
{
    [Parameter("Directories of other versions of libbpf's headers for ClangTest, with commas: each has bpf/bpf_helpers.h in it")]
    readonly string? Headers;

    Target CompileBpf => _ => _
        .Description("Compiles the BPF programs alone, for x86-64 and arm64")
        .DependsOn(Restore)
        .Executes(() => RunDotnet(
            ["msbuild", RootDirectory / "build" / "msbuild" / "CompileBpf.proj", $"-p:Configuration={Configuration}", "-nologo", "-v:minimal", .. OwnServers]));

    Target ClangTest => _ => _
        .Description("Compiles all BPF programs with every clang that is installed (and $CLANG), against libbpf's headers here and in --headers; a warning fails it")
        .Executes(() => Run(RootDirectory / "build" / "clang-test.sh", Headers?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []).AssertZeroExitCode());
}
