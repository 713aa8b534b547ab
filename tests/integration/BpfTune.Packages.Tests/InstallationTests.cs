using System.Text.Json;
using BpfTune.Packages.Tests.Distributions;
using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests;

/// <summary>The daemon and two tuners, as the package manager installs them; nothing is started.</summary>
public sealed class InstallationTests(InstalledMachines machines) : IClassFixture<InstalledMachines>
{
    public static TheoryData<string> Names => Distribution.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Two_tuners_bring_the_core_and_nothing_else_and_the_program_sees_exactly_these(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        Assert.Equal(InstalledMachine.Packages, await machine.Distribution.InstalledAsync(machine));
        Assert.Equal(["neigh_table", "tcp_buffer"], (await TunersAsync(machine, "bpftune")).Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_answers_where_the_C_program_is(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        Assert.StartsWith("bpftune ", await machine.RunAsync("/usr/sbin/bpftune", "-V"), StringComparison.Ordinal);
        Assert.Equal(await machine.RunAsync("realpath", "/usr/bin/bpftune"), await machine.RunAsync("realpath", "/usr/sbin/bpftune"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task File_lists_are_exact(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        var (distribution, directory) = (machine.Distribution, machine.Distribution.TunerDirectory);
        foreach (var (package, tuner) in ((string, string)[])[("bpftune-tuner-neigh-table", "neigh_table"), ("bpftune-tuner-tcp-buffer", "tcp_buffer")])
        {
            var files = await FilesOfAsync(machine, package);
            Assert.Equal(Expected.OfTuner(distribution, tuner).Order(StringComparer.Ordinal), files);
        }

        var core = await FilesOfAsync(machine, "bpftune-core");
        Assert.Equal(Expected.OfCore(distribution).Order(StringComparer.Ordinal), core.Where(f => !f.StartsWith(directory + "/app/", StringComparison.Ordinal)));

        // The program itself: no debugging symbols, no documentation, no second copy of anything.
        var program = core.Where(f => f.StartsWith(directory + "/app/", StringComparison.Ordinal)).Select(f => f[(directory.Length + 5)..]).ToList();
        Assert.Equal([], Expected.Program(distribution).Except(program));
        Assert.All(program.Except(Expected.Program(distribution)), f => Assert.Matches(@"^[\w.-]+\.(dll|so)$", f));
        Assert.Equal(Expected.HasRuntimeInside(distribution), program.Contains("libcoreclr.so"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_new_file_is_owned_by_a_package_and_no_old_one_is_touched(string name)
    {
        Suite.Require();
        var installed = await machines.OfAsync(name);
        var (machine, own) = (installed.Machine, installed.Machine.Distribution.OwnFiles);
        var owned = new HashSet<string>();
        foreach (var package in InstalledMachine.Packages)
            owned.UnionWith((await machine.Distribution.FilesAsync(machine, package)).Select(Expected.WithoutLinks(machine.Distribution)));

        var added = installed.Before.AddedBy(installed.After, own);
        Assert.NotEmpty(added);
        Assert.Equal(Expected.MadeByScripts(machine.Distribution), added.Where(path => !owned.Contains(path)));
        Assert.Equal([], installed.Before.ChangedBy(installed.After, own));
        Assert.Equal([], installed.Before.RemovedBy(installed.After, own));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task All_of_it_belongs_to_root_and_nobody_else_may_write_it(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        foreach (var package in InstalledMachine.Packages)
        {
            var files = await machine.Distribution.FilesAsync(machine, package);
            var wrong = await machine.LinesAsync(["find", .. files, "-maxdepth", "0", "-not", "-type", "l", "(", "-not", "-user", "root", "-o", "-not", "-group", "root", "-o", "-perm", "/022", ")"]);
            Assert.Equal([], wrong);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Installing_changes_no_setting_and_starts_nothing(string name)
    {
        Suite.Require();
        var installed = await machines.OfAsync(name);
        Assert.InRange(installed.Before.SysctlCount, 200, int.MaxValue);
        Assert.Equal([], installed.Before.SysctlsChangedBy(installed.After));
        Assert.Equal("disabled", (await installed.Machine.TryAsync("systemctl", "is-enabled", "bpftune")).Stdout.Trim());
        Assert.Equal(1, (await installed.Machine.TryAsync("pgrep", "-f", "bpftune")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Manual_pages_and_completions_are_found(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        foreach (var page in (string[])["bpftune", "bpftune-neigh_table", "bpftune-tcp_buffer"])
        {
            var text = await machine.ShellAsync($"MANWIDTH=120 man -P cat {page}");
            Assert.Contains("NAME", text, StringComparison.Ordinal);
            Assert.Contains(page.Replace("bpftune-", "", StringComparison.Ordinal), text, StringComparison.Ordinal);
        }

        // As the shell finds it at the first Tab.
        var completed = await machine.ShellAsync("""
            set +u; . /usr/share/bash-completion/bash_completion
            _completion_loader bpftune || true
            complete -p bpftune
            """);
        Assert.Contains("bpftune", completed, StringComparison.Ordinal);
        await machine.RunAsync("test", "-s", machine.Distribution.ZshCompletions + "/_bpftune");
        await machine.RunAsync("test", "-s", "/usr/share/fish/vendor_completions.d/bpftune.fish");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_unit_is_without_fault(string name)
    {
        Suite.Require();
        var machine = (await machines.OfAsync(name)).Machine;
        var result = await machine.TryAsync("systemd-analyze", "verify", "bpftune.service");
        Assert.Equal("", result.Stdout + result.Stderr);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_source_install_below_usr_local_is_found_too(string name)
    {
        Suite.Require();
        await using var machine = await Machine.StartAsync(Distribution.All[name]);
        // Its own program, with nothing else there.
        await machine.ShellAsync("cp -a /packages/source/. /");
        var tuners = await TunersAsync(machine, "env", $"DOTNET_ROOT={Machine.DotnetRoot}", "/usr/local/bin/bpftune");
        Assert.Equal(7, tuners.Count);
        Assert.All(tuners.Values, path => Assert.Equal("/usr/local/lib64/bpftune", Path.GetDirectoryName(path)));

        // The package's program finds those tuners, too: the first directory to offer one wins, and /usr/lib comes before /usr/lib64.
        await machine.Distribution.UseRepositoryAsync(machine, "/packages/new");
        await machine.RunAsync(machine.Distribution.Install("bpftune-tuner-tcp-buffer"));
        var merged = await TunersAsync(machine, "/usr/bin/bpftune");
        Assert.Equal(tuners.Keys.Order(), merged.Keys.Order());
        Assert.Equal($"{machine.Distribution.TunerDirectory}/tcp_buffer.tuner.dll", merged["tcp_buffer"]);
        Assert.Equal("/usr/local/lib64/bpftune/udp_buffer.tuner.dll", merged["udp_buffer"]);
    }

    // Names and files.
    private static async Task<Dictionary<string, string>> TunersAsync(Machine machine, params string[] program)
    {
        var result = await machine.TryAsync([.. program, "doctor", "--json"]);
        Assert.True(result.Stdout.StartsWith('{'), result.Stdout + result.Stderr);
        using var doctor = JsonDocument.Parse(result.Stdout);
        return doctor.RootElement.GetProperty("tuners").EnumerateArray()
            .ToDictionary(t => t.GetProperty("name").GetString()!, t => t.GetProperty("path").GetString()!);
    }

    // Without directories, and links to such.
    private static async Task<string[]> FilesOfAsync(Machine machine, string package) =>
        [.. (await machine.LinesAsync(["find", .. await machine.Distribution.FilesAsync(machine, package), "-maxdepth", "0", "-not", "-xtype", "d"]))
            .Select(Expected.WithoutCompression).Order(StringComparer.Ordinal)];
}
