using System.Diagnostics;

namespace BpfTune.Build.Tests;

/// <summary>
/// build/prerequisites.sh on machines with nothing but a shell and a package manager, which is made up: it notes what it is asked for, and
/// has the packages that a test says it has.
/// </summary>
public sealed class PrerequisitesTests : IDisposable
{
    // What the script itself calls; all else of this machine is out of its sight.
    private static readonly string[] s_tools = ["bash", "cat", "grep", "id", "sort", "uname"];

    // Files and libraries, too, are this machine's; PATH alone says what is there.
    private const string BareMachine = """
        has() { command -v "$1" >/dev/null; }
        has_file() { false; }
        has_library() { false; }
        has_static_busybox() { false; }
        distribution() { echo ''; }
        is_root() { true; }
        find_dotnet() { false; }
        fail() { echo "$*" >&2; exit 1; }
        find_bpftool() { command -v bpftool; }
        """;

    private readonly TemporaryDirectory _machine = new();

    public PrerequisitesTests()
    {
        foreach (var tool in s_tools)
            Link(tool);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Arch_is_upgraded_with_what_is_installed()
    {
        AddManager("pacman", available: "");

        var (exitCode, output) = Install("Compile");

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            ["pacman -Syu --needed --noconfirm bpf ca-certificates clang curl libbpf libelf linux-api-headers llvm openssl zlib"],
            Asked());
    }

    [Fact]
    public void Fedora_is_asked_by_its_own_names()
    {
        AddManager("dnf", available: "");

        var (exitCode, output) = Install("UnitTest");

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            ["dnf install -y ShellCheck bpftool ca-certificates clang curl elfutils-libelf fish iperf3 iproute kernel-headers libbpf libbpf-devel llvm nftables openssl zlib-ng-compat zsh"],
            Asked());
    }

    [Fact]
    public void Debian_has_its_lists_refreshed_first()
    {
        AddManager("apt-get", available: "");

        var (exitCode, output) = Install("Publish");

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            [
                "apt-get update -q",
                "apt-get install -y --no-install-recommends bpftool ca-certificates clang curl libbpf-dev libbpf1 libelf1 linux-libc-dev llvm openssl zlib1g",
            ],
            Asked());
    }

    // Fedora has apt and dpkg as packages, whose database knows of nothing that is installed.
    [Theory]
    [InlineData("fedora", "dnf")]
    [InlineData("rocky rhel centos fedora", "dnf")]
    [InlineData("arch", "pacman")]
    [InlineData("debian", "apt-get")]
    public void The_package_manager_of_another_distribution_is_not_asked(string distribution, string manager)
    {
        foreach (var each in (string[])["apt-get", "dnf", "pacman"])
            AddManager(each, available: "");

        Install("Compile", $"distribution() {{ echo '{distribution} '; }}");

        Assert.All(Asked(), line => Assert.StartsWith(manager + " ", line, StringComparison.Ordinal));
        Assert.NotEmpty(Asked());
    }

    [Fact]
    public void A_compiler_by_the_name_of_its_version_will_do()
    {
        AddManager("apt-get", available: "");
        AddTool("clang-14", "exit 0");
        AddTool("llvm-strip-19", "exit 0");

        Install("Publish");

        Assert.DoesNotContain(Asked(), line => line.Contains(" clang ", StringComparison.Ordinal) || line.Contains(" llvm ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("debian", "bpftool")]
    [InlineData("ubuntu debian", "linux-tools-generic")]
    public void A_bpftool_that_fails_is_none(string distribution, string package)
    {
        AddManager("apt-get", available: "");
        AddTool("bpftool", "echo 'WARNING: bpftool not found for kernel 6.14' >&2; exit 2");

        // With the real way of finding one, which asks each for its version.
        Install("Publish", $"distribution() {{ echo '{distribution} '; }}", realBpftool: true);

        var missing = MachinesOwnBpftoolWorks ? [] : (string[])[package];
        Assert.Equal(missing, Asked()[^1].Split(' ').Where(word => word is "bpftool" or "linux-tools-generic"));
    }

    [Fact]
    public void Formats_that_nobody_named_are_made_where_their_tools_can_be_had()
    {
        AddManager("pacman", available: "rpm-tools\npacman\nlibarchive\nfakeroot\nzstd\ndpkg");

        var (exitCode, output) = Install("Packages");

        // There is no debhelper, so no dpkg either.
        Assert.True(exitCode == 0, output);
        var installed = Asked()[^1].Split(' ')[1..];
        Assert.Equal(["fakeroot", "libarchive", "pacman", "rpm-tools", "zstd"], installed.Where(word => word is "debhelper" or "dpkg" or "fakeroot" or "libarchive" or "pacman" or "rpm-tools" or "zstd"));
    }

    [Fact]
    public void A_format_that_was_named_must_have_its_tools()
    {
        AddManager("pacman", available: "", installs: false);

        var (exitCode, output) = Install("Packages --format deb");

        Assert.Equal(1, exitCode);
        Assert.Contains("could not be installed", output, StringComparison.Ordinal);
        Assert.Contains("debhelper dpkg fakeroot", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apt-get", "sudo apt-get install -y --no-install-recommends bpftool")]
    [InlineData("dnf", "sudo dnf install -y bpftool")]
    [InlineData("pacman", "sudo pacman -Syu --needed --noconfirm bpf")]
    public void Others_than_root_are_told_the_command_and_nothing_is_asked_for(string manager, string command)
    {
        AddManager(manager, available: "");

        var (exitCode, output) = Install("Packages", "is_root() { false; }");

        Assert.Equal(1, exitCode);
        Assert.Contains(command, output, StringComparison.Ordinal);
        Assert.Empty(Asked());
    }

    [Fact]
    public void Without_a_package_manager_the_names_are_said()
    {
        var (exitCode, output) = Install("Compile");

        Assert.Equal(1, exitCode);
        Assert.Contains("neither apt-get, dnf nor pacman is there", output, StringComparison.Ordinal);
        Assert.Contains("libbpf-dev", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("Install --published artifacts/publish")]
    [InlineData("Clean")]
    public void What_compiles_nothing_needs_no_compiler(string arguments)
    {
        AddManager("dnf", available: "");

        Install(arguments.Length == 0 ? "Uninstall" : arguments, "find_dotnet() { true; }");

        Assert.Empty(Asked());
    }

    // One list: whatever names a compiler has here, the build of BPF programs and the package for Debian take it by as well.
    [Fact]
    public void Compilers_have_the_same_names_everywhere()
    {
        string[] versions = [.. Enumerable.Range(14, 9).Select(version => $"{version}")];
        string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

        Assert.Contains($"for version in {string.Join(' ', versions)}; do", Text("build/prerequisites.sh"), StringComparison.Ordinal);
        Assert.All(versions, version => Assert.Contains($"\"$1-{version}\"", Text("build/msbuild/bpf-compile.sh"), StringComparison.Ordinal));
        foreach (var tool in (string[])["clang (>= 1:14)", "llvm"])
            Assert.Contains($" {tool} | {string.Join(" | ", versions.Reverse().Select(version => $"{tool.Split(' ')[0]}-{version}"))},", Text("packaging/deb/control"), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_another_user_are_named_before_they_are_in_the_way()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can leave files of root");
        foreach (var file in (string[])["build.sh", "global.json", "build/prerequisites.sh"])
            File.Copy(Path.Combine(Repository.Root, file), _machine.Write("clone/" + file, ""), overwrite: true);
        _machine.Write("clone/artifacts/obj/made-by-root", "");
        File.SetUnixFileMode(_machine.Path, (UnixFileMode)0b111_101_101);

        using var process = Process.Start(new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", _machine["clone/build.sh"], "Clean"]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(1, process.ExitCode);
        Assert.Matches(@"artifacts\S* belongs to root, as an earlier 'sudo ./build.sh' left it", said);
        Assert.Contains("sudo chown -R nobody: ", said, StringComparison.Ordinal);
    }

    private static bool MachinesOwnBpftoolWorks => new[] { "/usr/local/sbin", "/usr/sbin", "/sbin" }.Concat(Below("/usr/lib", "linux-tools*")).Concat(Below("/usr/lib/linux-tools", "*"))
        .Any(directory => File.Exists(directory + "/bpftool") && Works(directory + "/bpftool"));

    private static bool Works(string bpftool)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{bpftool} version >/dev/null 2>&1"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string[] Below(string directory, string pattern) => Directory.Exists(directory) ? Directory.GetDirectories(directory, pattern) : [];

    private void Link(string tool) => File.CreateSymbolicLink(
        Path.Combine(Directory.CreateDirectory(_machine["bin"]).FullName, tool), new[] { "/usr/bin/", "/bin/" }.Select(directory => directory + tool).First(File.Exists));

    private void AddTool(string name, string script) =>
        File.SetUnixFileMode(_machine.Write("bin/" + name, $"#!{_machine["bin/bash"]}\n{script}\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

    // What only asks is answered; the rest is noted.
    private void AddManager(string name, string available, bool installs = true)
    {
        _machine.Write("available", available + "\n");
        var answer = $"""
            for word in "$@"; do package=$word; done
            case " $* " in
            *" show "*) grep -qx "$package" '{_machine["available"]}' && echo "Package: $package" ;;
            *" list "* | *" -Si "*) grep -qx "$package" '{_machine["available"]}' ;;
            *) echo "{name} $*" >>'{_machine["asked"]}'; {(installs ? "true" : "false")} ;;
            esac
            """;
        AddTool(name, answer);
        if (name == "apt-get")
            AddTool("apt-cache", answer);
    }

    private string[] Asked() => File.Exists(_machine["asked"]) ? File.ReadAllLines(_machine["asked"]) : [];

    private (int ExitCode, string Output) Install(string arguments, string more = "", bool realBpftool = false)
    {
        var machine = realBpftool ? BareMachine[..BareMachine.IndexOf("find_bpftool", StringComparison.Ordinal)] : BareMachine;
        var script = $"""
            set -euo pipefail
            . '{Repository.Root}build/prerequisites.sh'
            {machine}
            {more}
            install_prerequisites "$(wanted_targets {arguments})" "$(wanted_formats {arguments})"
            """;
        var start = new ProcessStartInfo(_machine["bin/bash"], ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = _machine["bin"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
