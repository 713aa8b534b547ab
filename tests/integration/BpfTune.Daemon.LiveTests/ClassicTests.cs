using System.Text.Json;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>What scripts and agents that were written for the C program do, on the real daemon with all its tuners.</summary>
public sealed class ClassicTests(ITestOutputHelper output)
{
    [Fact]
    public void An_agents_loop_over_the_values_works()
    {
        Suite.Require();
        using var daemon = new TestDaemon(null, "-R", "-p", "0", "--a", "tcp_buffer_tuner.so", "--allow=tcp_conn_tuner.so", "-aip_frag_tuner.so");
        var text = daemon.Ask("-c", "/run/absent", "-q", "jstatus");
        output.WriteLine(text);
        using var values = JsonDocument.Parse(text);
        Assert.Equal(["ip_frag", "tcp_buffer", "tcp_conn"], values.RootElement.EnumerateObject().Select(tuner => tuner.Name).Order());
        foreach (var tuner in values.RootElement.EnumerateObject())
        {
            Assert.NotEmpty(tuner.Value.EnumerateObject());
            foreach (var tunable in tuner.Value.EnumerateObject())
            {
                // A number, a string, or three numbers for which the agent has instances.
                var here = tunable.Value.ValueKind switch
                {
                    JsonValueKind.Number => tunable.Value.GetInt64().ToString(),
                    JsonValueKind.String => tunable.Value.GetString()!,
                    _ => string.Join(' ', tunable.Value.EnumerateArray().Select(v => v.GetInt64())),
                };
                Assert.Equal(Sysctl.Read(tunable.Name), here);
                Assert.True(tunable.Value.ValueKind != JsonValueKind.Array || tunable.Value.GetArrayLength() == 3, tunable.Name);
            }
        }

        // The kinds are those of the same tunables.
        using var kinds = JsonDocument.Parse(daemon.Ask("-q", "jtunables"));
        Assert.Equal(Names(values), Names(kinds));
        Assert.False(Directory.Exists("/run/absent"));
    }

    [Fact]
    public void The_cgroup_hierarchy_is_mounted_where_a_script_wants_it_and_gone_afterwards()
    {
        Suite.Require();
        var path = $"/run/bpftune-test-{Guid.NewGuid():N}/cgroupv2";
        var before = Hierarchies();
        using (var daemon = new TestDaemon(null, "-R", "-c", path, "-a", "tcp_conn"))
        {
            Assert.True(File.Exists(path + "/cgroup.controllers"));
            Assert.Contains($"cgroup {path}", daemon.Ask("status"), StringComparison.Ordinal);

            // What is attached there sees the whole machine: here, an administrator's word.
            using var place = LabNamespace.Create("word");
            place.Exec("sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control").OrThrow();
            daemon.Process.WaitForLine(t => t.Contains("stops tuning it there", StringComparison.Ordinal), TestDaemon.Patience);
            Assert.Equal(0, daemon.Process.Stop(TestDaemon.Patience).ExitCode);
        }

        Assert.Equal(before, Hierarchies());
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }

    private static string[] Hierarchies() =>
        [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))];

    private static IEnumerable<string> Names(JsonDocument document) =>
        document.RootElement.EnumerateObject().SelectMany(tuner => tuner.Value.EnumerateObject(), (tuner, tunable) => $"{tuner.Name}.{tunable.Name}");
}
