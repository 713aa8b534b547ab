using BpfTune.Packages.Tests.Distributions;
using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests;

/// <summary>What packages demand of each other, and what they do not bear.</summary>
public sealed class RuleTests
{
    public static TheoryData<string> Names => Distribution.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_tuner_is_refused_without_the_core_and_with_one_too_old_and_holds_the_core_when_it_is_there(string name)
    {
        Suite.Require();
        await using var machine = await Machine.StartAsync(Distribution.All[name]);
        var distribution = machine.Distribution;
        var tuner = await machine.PackageFileAsync("/packages/new", "bpftune-tuner-udp-buffer");
        await RefusedAsync(machine, distribution.InstallFiles(tuner), "bpftune-core");
        Assert.DoesNotContain("bpftune-tuner-udp-buffer", await distribution.InstalledAsync(machine));
        await ForgetAsync(machine, "bpftune-tuner-udp-buffer");

        await machine.RunAsync(distribution.InstallFiles(await machine.PackageFileAsync("/packages/old", "bpftune-core")));
        await RefusedAsync(machine, distribution.InstallFiles(tuner), "bpftune-core");
        await ForgetAsync(machine, "bpftune-tuner-udp-buffer");

        await machine.RunAsync(distribution.InstallFiles(await machine.PackageFileAsync("/packages/new", "bpftune-core"), tuner));
        await RefusedAsync(machine, distribution.RemoveAlone("bpftune-core"), "bpftune-tuner-udp-buffer");
        Assert.Equal(["bpftune-core", "bpftune-tuner-udp-buffer"], await distribution.InstalledAsync(machine));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_suite_brings_every_tuner_and_stands_in_for_the_distributions_own_package(string name)
    {
        Suite.Require();
        await using var machine = await Machine.StartAsync(Distribution.All[name]);
        var distribution = machine.Distribution;

        // As a distribution packages the C program.
        var directory = distribution is Arch ? "bin" : "sbin";
        await machine.ShellAsync($"mkdir -p /tmp/own/usr/{directory} && echo C >/tmp/own/usr/{directory}/bpftune && chmod 755 /tmp/own/usr/{directory}/bpftune");
        var own = await distribution.MakePackageAsync(machine, "bpftune", "/tmp/own");
        await machine.RunAsync(distribution.InstallFiles(own));
        Assert.Equal(["bpftune"], await distribution.InstalledAsync(machine));

        await distribution.UseRepositoryAsync(machine, "/packages/new");
        await machine.RunAsync(distribution.TakePlace("bpftune-suite"));
        await machine.RunAsync(distribution.Install("bpftune-suite"));
        var made = (await machine.LinesAsync("ls", "/packages/new")).Select(distribution.NameOfFile).Where(p => p != distribution.DevelopmentPackage);
        Assert.Equal(made.Order(StringComparer.Ordinal), await distribution.InstalledAsync(machine));
        Assert.NotEqual("C\n", (await machine.RunAsync("head", "-c", "2", "/usr/sbin/bpftune")));

        // And the other way round it is refused.
        await RefusedAsync(machine, distribution.InstallFiles(own), "bpftune");
        Assert.DoesNotContain("bpftune", await distribution.InstalledAsync(machine));
    }

    [Fact]
    public async Task On_Arch_a_package_with_another_idea_of_lib64_or_sbin_is_refused()
    {
        var arch = Distribution.All["archlinux"];
        Assert.SkipUnless(Distribution.Chosen.Contains(arch), "BPFTUNE_DISTRIBUTIONS leaves it out");
        Suite.Require();
        await using var machine = await Machine.StartAsync(arch);
        await machine.RunAsync(arch.InstallFiles(await machine.PackageFileAsync("/packages/new", "bpftune-core")));
        foreach (var directory in (string[])["usr/lib64", "usr/sbin", "lib64"])
        {
            var name = "bpftune-tuner-" + directory.Replace('/', '-');
            await machine.ShellAsync($"mkdir -p /tmp/{name}/{directory}/bpftune && echo x >/tmp/{name}/{directory}/bpftune/udp_buffer.tuner.dll");
            var package = await arch.MakePackageAsync(machine, name, "/tmp/" + name);
            await RefusedAsync(machine, arch.InstallFiles(package), $"/{directory} exists in filesystem");
        }

        Assert.Equal(["bpftune-core"], await arch.InstalledAsync(machine));
    }

    // The build makes the older packages with an empty database of dpkg's, as where another package manager installs.
    [Fact]
    public async Task A_deb_that_was_made_where_dpkg_has_installed_nothing_depends_on_what_its_recipe_names()
    {
        var debian = Distribution.All["debian"];
        Assert.SkipUnless(Distribution.Chosen.Contains(debian), "BPFTUNE_DISTRIBUTIONS leaves it out");
        Suite.Require();
        await using var machine = await Machine.StartAsync(debian);
        async Task<string[]> DependenciesAsync(string packages) =>
            (await machine.RunAsync("dpkg-deb", "--field", await machine.PackageFileAsync(packages, "bpftune-core"), "Depends")).Trim().Split(", ");

        // dpkg-shlibdeps knows a library's version from the package that it was installed by, so only the other ones can say it.
        var here = await DependenciesAsync("/packages/new");
        var there = await DependenciesAsync("/packages/old");
        Assert.Contains(here, dependency => dependency.StartsWith("libc6 (>= ", StringComparison.Ordinal));
        Assert.Contains("libc6", there);
        Assert.Equal(here.Select(Name).Order(StringComparer.Ordinal), there.Select(Name).Order(StringComparer.Ordinal));

        static string Name(string dependency) => dependency.Split(' ')[0];
    }

    private static async Task RefusedAsync(Machine machine, string[] command, string because)
    {
        var result = await machine.TryAsync(command);
        Assert.True(result.ExitCode != 0, $"{machine.Distribution}: {string.Join(' ', command)} succeeded:\n{result.Stdout}");
        Assert.Contains(because, result.Stdout + result.Stderr, StringComparison.Ordinal);
    }

    // dpkg unpacks first and looks at dependencies then: what it left half done goes.
    private static async Task ForgetAsync(Machine machine, string package)
    {
        if (machine.Distribution is Debian)
            await machine.RunAsync("dpkg", "--purge", package);
    }
}
