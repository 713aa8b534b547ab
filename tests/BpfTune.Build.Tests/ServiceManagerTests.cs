namespace BpfTune.Build.Tests;

public sealed class ServiceManagerTests
{
    private static string[] Names(string? init, string root) => [.. ServiceManagers.Parse(init, root).Select(manager => manager.Name)];

    [Fact]
    public void Systemd_is_served_and_what_the_system_has()
    {
        using var root = new TemporaryDirectory();
        Assert.Equal(["systemd"], Names(null, root.Path));

        root.Write("sbin/openrc-run", "");
        Assert.Equal(["systemd", "openrc"], Names(null, root.Path));
    }

    [Fact]
    public void Names_decide_if_there_are_any()
    {
        Assert.Equal(["dinit", "openrc"], Names("dinit,openrc", "/nonexistent"));
        Assert.Equal("--init runit: there are systemd, openrc, dinit.", Assert.Throws<ArgumentException>(() => Names("runit", "/")).Message);
    }

    // systemd.unit(5), dinit(8) and OpenRC's service-script guide: each looks below /usr/local as well.
    [Theory]
    [InlineData("systemd", "/usr/local", "/usr/local/lib/systemd/system/bpftune.service")]
    [InlineData("systemd", "/usr", "/usr/lib/systemd/system/bpftune.service")]
    [InlineData("openrc", "/usr/local", "/usr/local/etc/init.d/bpftune")]
    [InlineData("openrc", "/usr", "/etc/init.d/bpftune")]
    [InlineData("dinit", "/usr/local", "/usr/local/lib/dinit.d/bpftune")]
    [InlineData("dinit", "/usr", "/usr/lib/dinit.d/bpftune")]
    public void A_service_goes_where_its_manager_looks(string name, string prefix, string target) =>
        Assert.Equal(target, ServiceManagers.Parse(name).Single().Target(prefix));

    [Fact]
    public void Every_manager_has_a_service_that_runs_the_installed_program() => Assert.All(ServiceManagers.All, manager =>
        Assert.Contains("/usr/bin/bpftune", File.ReadAllText(Path.Combine(Repository.Root, "packaging", manager.Source)), StringComparison.Ordinal));
}
