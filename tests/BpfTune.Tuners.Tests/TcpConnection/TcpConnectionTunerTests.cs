using System.Text;
using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.Tests.TcpConnection;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class TcpConnectionTunerTests
{
    private const string Allowed = "net.ipv4.tcp_allowed_congestion_control";
    private const byte None = ConnectionPolicy.NoAlgorithm;
    private const string Available = "net.ipv4.tcp_available_congestion_control";
    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);
    private static readonly RemoteKey Key = new(Blue.Id.Inode, 4, BitConverter.IsLittleEndian ? 0x000200c0u : 0xc0000200u, 0);

    private readonly FakeHost _host = new();
    private readonly FakeChoices _choices = new();
    private readonly List<string> _loaded = [];
    private readonly HashSet<string> _modules = [];
    private readonly TunerDeclaration _declaration = new();
    private readonly TcpConnectionTuner _tuner;

    public TcpConnectionTunerTests()
    {
        _tuner = new TcpConnectionTuner(_choices, name =>
        {
            _loaded.Add(name);
            return _modules.Contains(name);
        });
        _tuner.Declare(_declaration);
        Set(Available, "reno bbr cubic");
        Set(Allowed, "reno cubic");
    }

    [Fact]
    public void Where_the_default_does_well_nothing_but_the_round_trip_is_told()
    {
        Start();
        Outcome("cubic", 40);
        var choice = Assert.Single(_choices.Choices).Value;
        Assert.Equal((None, None, 0, 20_000u), (choice.best, choice.best_ecn, choice.explore, choice.min_rtt_us));
        Assert.Equal(1, _choices.Writes);
        Assert.Empty(_host.Proposals);
        Assert.Equal("cubic 40.0 Mbit/s at 20.0 ms (40 connections); least round trip 20.0 ms", Assert.Single(_tuner.Facts()).Value);
        Assert.Equal("learned from 40 connections to 1 network, and the default kept for all", Assert.Single(_tuner.Deeds()));
    }

    [Fact]
    public void A_default_that_stands_in_a_queue_makes_others_be_tried_after_four_connections()
    {
        Start();
        Outcome("cubic", 3, rtt: 60_000);
        Assert.Equal(0, _choices.Choices[Key].explore);
        Outcome("cubic", rtt: 60_000);
        var choice = _choices.Choices[Key];
        Assert.Equal(None, choice.best);
        Assert.Equal(["bbr"], Named(choice.trial));
        Assert.Equal(0, choice.trial_ecn);
        Assert.Equal(ushort.MaxValue, choice.explore);
        Assert.Equal(2500u, choice.enough_trial);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void The_cheaper_one_is_preferred_allowed_and_shown()
    {
        Start();
        Outcome("cubic", 4, rate: 9e6, rtt: 60_000);
        Outcome("bbr", 2, rate: 10e6, rtt: 20_000, cause: conn_cause.CONN_TRIAL);
        Assert.Equal("bbr", _choices.Names[_choices.Choices[Key].best]);
        var proposal = Assert.Single(_host.Proposals);
        Assert.Equal(Allowed, proposal.Tunable.Name);
        Assert.Equal("reno bbr cubic", proposal.New.Text);
        Assert.Same(FakeHost.Global, proposal.Namespace);
        Assert.Equal("algorithm_preferred", proposal.Scenario);
        Assert.Contains("192.0.2.0/24 in namespace blue", proposal.Evidence, StringComparison.Ordinal);
        var fact = Assert.Single(_tuner.Facts());
        Assert.Equal("192.0.2.0/24 in blue", fact.Name);
        Assert.Equal("bbr preferred: bbr 80.0 Mbit/s at 20.0 ms (2 connections), cubic 72.0 Mbit/s at 60.0 ms (4); least round trip 20.0 ms", fact.Value);

        // It turns out worse later: the default has it again.
        Outcome("bbr", 40, rate: 0.1e6, rtt: 400_000, cause: conn_cause.CONN_BEST);
        Assert.Equal(None, _choices.Choices[Key].best);
    }

    [Fact]
    public void After_one_connection_that_lost_with_no_queue_the_next_gets_bbr_and_it_is_said_why()
    {
        Start();
        // As the kernel tells of it: what the first algorithm came to, and that it is moved.
        Outcome("cubic", rate: 1e6, clean: 3);
        Lossy();
        var choice = _choices.Choices[Key];
        Assert.Equal(("bbr", 0, 500u), (_choices.Names[choice.best], choice.explore, choice.enough));
        Outcome("bbr", 11, rate: 100e6, rtt: 45_000, cause: conn_cause.CONN_BEST, lost: 10);
        Assert.Equal(("bbr", 0, 500u), (_choices.Names[_choices.Choices[Key].best], _choices.Choices[Key].explore, _choices.Choices[Key].enough));
        Assert.Equal(
            "bbr preferred: the path loses by itself (0.99 % of segments sent again); bbr 800.0 Mbit/s at 45.0 ms (11 connections), cubic 8.0 Mbit/s at 20.0 ms (1); "
            + "least round trip 20.0 ms; 1 switched to bbr for loss",
            Assert.Single(_tuner.Facts()).Value);
        Assert.Contains("bbr for 192.0.2.0/24 in namespace blue (the path loses", _tuner.Deeds().Single(d => d.StartsWith("learned", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_that_are_too_short_to_move_add_up()
    {
        Start();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(_choices.Choices.Count == 0 || _choices.Choices[Key].best == None);
            Outcome("cubic", clean: 2);
        }

        Assert.Equal("bbr", _choices.Names[_choices.Choices[Key].best]);
    }

    [Fact]
    public void Where_bbr_is_the_default_nothing_is_tried_on_a_lossy_path()
    {
        Start();
        Outcome("bbr", 12, rate: 100e6, rtt: 55_000, clean: 3, lost: 10);
        Assert.Equal((None, 0, 0), (_choices.Choices[Key].best, _choices.Choices[Key].trial, _choices.Choices[Key].explore));
        Assert.StartsWith("the path loses", Assert.Single(_tuner.Facts()).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_that_goes_badly_is_not_repeated_for_a_day()
    {
        Start();
        Outcome("cubic", 4, rtt: 60_000);
        Assert.Equal(["bbr"], Named(_choices.Choices[Key].trial));
        Bad("bbr", conn_cause.CONN_TRIAL);
        Assert.Equal((0, 0), (_choices.Choices[Key].trial, _choices.Choices[Key].explore));
        Assert.Contains("went badly and was taken back: bbr; nothing is tried for 24 h", Assert.Single(_tuner.Facts()).Value, StringComparison.Ordinal);
        _host.Advance(TimeSpan.FromHours(23.9));
        Outcome("cubic", rtt: 60_000);
        Assert.Equal(0, _choices.Choices[Key].explore);
        _host.Advance(TimeSpan.FromHours(0.2));
        Outcome("cubic", rtt: 60_000);
        Assert.Equal(["bbr"], Named(_choices.Choices[Key].trial));
    }

    [Fact]
    public void What_is_preferred_goes_when_two_connections_did_badly_under_it()
    {
        Start();
        Outcome("cubic", rate: 1e6, clean: 3);
        Lossy();
        Bad("bbr", conn_cause.CONN_BEST);
        Assert.Equal("bbr", _choices.Names[_choices.Choices[Key].best]);
        Bad("bbr", conn_cause.CONN_LOSS);
        Assert.Equal((None, 1), (_choices.Choices[Key].best, _choices.Choices[Key].stay));
    }

    [Fact]
    public void An_hour_of_the_same_connections_writes_the_choice_and_the_list_once()
    {
        Start();
        Outcome("cubic", 4, rate: 1e6, rtt: 60_000);
        Outcome("bbr", 2, rate: 10e6, rtt: 20_000, cause: conn_cause.CONN_TRIAL);
        var writes = _choices.Writes;
        for (var i = 0; i < 3600; i++)
        {
            var isTrial = i % 20 == 0;
            Outcome(isTrial ? "cubic" : "bbr", rate: isTrial ? 1e6 : 10e6, rtt: isTrial ? 60_000u : 20_000u, cause: isTrial ? conn_cause.CONN_TRIAL : conn_cause.CONN_BEST);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(writes, _choices.Writes);
        Assert.Single(_host.Proposals);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Dctcp_is_for_connections_whose_route_has_ecn()
    {
        _modules.Add("dctcp");
        Start();
        Outcome("cubic", 10, rtt: 60_000);
        Assert.DoesNotContain("dctcp", _loaded);
        Outcome("bbr", 2, cause: conn_cause.CONN_TRIAL, rtt: 30_000);
        Outcome("cubic", ecn: true, rtt: 60_000);
        var choice = _choices.Choices[Key];
        Assert.Equal(["dctcp"], Named(choice.trial_ecn));
        Assert.DoesNotContain("dctcp", Named(choice.trial));
        Outcome("dctcp", 3, ecn: true, cause: conn_cause.CONN_TRIAL);
        choice = _choices.Choices[Key];
        Assert.Equal("dctcp", _choices.Names[choice.best_ecn]);
        Assert.NotEqual("dctcp", _choices.Names[choice.best]);
        Assert.DoesNotContain(_host.Proposals, p => p.New.Text.Contains("dctcp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dctcp")]
    [InlineData("lp")]
    [InlineData("prague")]
    public void A_network_that_was_given_an_algorithm_of_its_own_is_left_alone(string name)
    {
        Set(Available, "reno bbr cubic " + name);
        Start();
        Outcome(name, 100);
        Assert.Empty(_choices.Choices);
        Assert.Empty(_tuner.Facts());
    }

    [Fact]
    public void The_namespaces_default_is_a_candidate_for_its_remotes_whatever_it_is()
    {
        Start();
        foreach (var (key, own) in new[] { (Key, "westwood"), (Key with { First = 1 }, "cubic") })
        {
            Outcome(own, 4, key: key, rtt: 60_000);
            Outcome("bbr", 2, key: key, cause: conn_cause.CONN_TRIAL);
            Outcome("cubic", 2, key: key, cause: conn_cause.CONN_TRIAL, rtt: 60_000);
        }

        Assert.Equal(["cubic", "westwood"], Named(_choices.Choices[Key].trial).Order());
        Assert.Equal(["cubic"], Named(_choices.Choices[Key with { First = 1 }].trial));
    }

    [Fact]
    public void Modules_are_asked_for_once_and_what_is_missing_is_no_candidate()
    {
        Set(Available, "reno cubic");
        Start();
        Assert.Equal(["bbr"], _loaded);
        Outcome("cubic", 50, rtt: 60_000);
        Assert.Equal(["bbr", "htcp"], _loaded);
        Assert.Equal(0, _choices.Choices[Key].explore);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void A_module_that_loads_is_a_candidate()
    {
        _modules.Add("htcp");
        Start();
        Outcome("cubic", 4, rtt: 60_000);
        Outcome("bbr", 2, rtt: 60_000, cause: conn_cause.CONN_TRIAL);
        Assert.Equal(["htcp"], Named(_choices.Choices[Key].trial));
    }

    [Fact]
    public void A_kernel_that_shows_neither_list_is_no_error()
    {
        _host.Values.Clear();
        Start();
        Outcome("cubic", 10);
        Lossy();
        Assert.Empty(_host.Proposals);
        Assert.Equal(None, _choices.Choices[Key].best);
    }

    [Fact]
    public void A_lossy_connection_makes_bbr_allowed()
    {
        Start();
        Lossy();
        Lossy();
        var proposal = Assert.Single(_host.Proposals);
        Assert.Equal("lossy_connections", proposal.Scenario);
        Assert.Equal("reno bbr cubic", proposal.New.Text);
        Assert.Equal("a connection to 192.0.2.0/24 in namespace blue had to send 5 of 100 segments again, with no queue on the way", proposal.Evidence);
        Assert.EndsWith("2 switched to bbr for loss", Assert.Single(_tuner.Facts()).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_done_to_connections_is_summed_up()
    {
        Start();
        Assert.Empty(_tuner.Deeds());
        Outcome("cubic");
        Assert.Equal("learned from 1 connection to 1 network, and the default kept for all", Assert.Single(_tuner.Deeds()));

        Outcome("cubic", 3, rtt: 60_000);
        Outcome("bbr", 2, rate: 10e6, cause: conn_cause.CONN_TRIAL);
        Lossy();
        // More than events told of: most are held back under load.
        _choices.Counted = new ConnectionDeeds(Switched: 6, Chosen: 1, MovedBack: 2, Again: 3);

        Assert.Equal(
            [
                "6 connections were switched to bbr for loss, to 192.0.2.0/24 in namespace blue",
                "1 connection was given a congestion control by what is known of their network",
                "2 connections were moved back, since the other congestion control delivered less than half",
                "3 connections were begun again under bbr, since it had taken a loss for the end of the path",
                "learned from 6 connections to 1 network: bbr for 192.0.2.0/24 in namespace blue "
                    + "(the path loses by itself; bbr 80.0 Mbit/s at 20.0 ms (2 connections), cubic 40.0 Mbit/s at 43.1 ms (4))",
            ],
            _tuner.Deeds());
    }

    [Fact]
    public void Where_the_kernel_refuses_bbr_nothing_is_claimed()
    {
        Start();
        Lossy(error: -2);
        Assert.Empty(_host.Proposals);
        Assert.Empty(_tuner.Facts());
    }

    [Fact]
    public void A_stale_list_is_tried_again_and_a_refused_one_is_not()
    {
        Start();
        _host.Answer = ProposalOutcome.Stale;
        Lossy();
        Lossy();
        // For the connection, for what is preferred from then on, and for the second connection.
        Assert.Equal(3, _host.Proposals.Count);
        _host.Answer = ProposalOutcome.Failed;
        Lossy();
        Lossy();
        Assert.Equal(4, _host.Proposals.Count);
    }

    [Fact]
    public void An_administrator_turns_it_off_in_a_namespace_and_resumes_it()
    {
        Start();
        Outcome("cubic", 4);
        _tuner.OnOverrideChanged(Blue.Id, overridden: true);
        Assert.Equal([Blue.Id.Inode], _choices.Off);
        _tuner.OnOverrideChanged(Blue.Id, overridden: false);
        Assert.Empty(_choices.Off);
    }

    [Fact]
    public void Nothing_is_done_in_a_namespace_of_which_nothing_was_said()
    {
        Start();
        Assert.Equal([(FakeHost.Global.Id.Inode, true)], _choices.Permissions.Select(p => (p.Key, p.Value)));
        Unknown();
        Assert.True(_choices.Permissions[Blue.Id.Inode]);
        Assert.Empty(_host.Mutes);
        _tuner.OnNamespaceGone(Blue.Id);
        Assert.DoesNotContain(Blue.Id.Inode, _choices.Permissions.Keys);
    }

    [Fact]
    public void A_full_table_leaves_a_namespace_alone_whatever_was_said_before()
    {
        Start();
        Unknown();
        _choices.HasNoRoomForNamespaces = true;
        _tuner.OnOverrideChanged(Blue.Id, overridden: true);
        Assert.DoesNotContain(Blue.Id.Inode, _choices.Permissions.Keys);
        Unknown();
        Assert.Equal((Blue.Id, TimeSpan.FromMinutes(1)), _host.Mutes.Select(m => (m.Namespace, m.Duration)).Single());
        _choices.HasNoRoomForNamespaces = false;
        _host.Answer = ProposalOutcome.Overridden;
        Unknown();
        Assert.False(_choices.Permissions[Blue.Id.Inode]);
    }

    [Fact]
    public void A_tenants_connections_have_nothing_loaded_and_nothing_allowed()
    {
        _modules.Add("htcp");
        Start();
        _loaded.Clear();
        var theirs = new NetworkNamespace(Blue.Id, "theirs", false, NamespaceOwner.Tenant(1000, 5));
        Outcome("cubic", 4, rtt: 60_000, where: theirs);
        Outcome("bbr", 2, rate: 10e6, cause: conn_cause.CONN_TRIAL, where: theirs);
        Lossy(where: theirs);
        Assert.Equal("bbr", _choices.Names[_choices.Choices[Key].best]);
        Assert.Empty(_loaded);
        Assert.Empty(_host.Proposals);

        // Nor does that keep the machine's own from having it allowed.
        _tuner.OnNamespaceGone(theirs.Id);
        Lossy();
        Assert.Equal("reno bbr cubic", Assert.Single(_host.Proposals).New.Text);
    }

    [Fact]
    public void An_override_older_than_the_daemon_counts_too()
    {
        Start();
        _host.Answer = ProposalOutcome.Overridden;
        Outcome("cubic", 10);
        Lossy();
        Assert.Equal([Blue.Id.Inode], _choices.Off);
        Assert.Empty(_choices.Choices);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void Where_it_may_not_act_no_module_is_loaded_until_it_may()
    {
        Set(Available, "reno cubic");
        _host.Answer = ProposalOutcome.Overridden;
        Start();
        Outcome("cubic", 10);
        Assert.Empty(_loaded);
        _host.Answer = null;
        _tuner.OnOverrideChanged(Blue.Id, overridden: false);
        Assert.Equal(["bbr"], _loaded);
    }

    [Fact]
    public void A_namespace_that_is_gone_leaves_nothing_in_the_kernels_maps()
    {
        Start();
        Outcome("cubic", 4);
        _tuner.OnOverrideChanged(Blue.Id, overridden: true);
        _tuner.OnNamespaceGone(Blue.Id);
        Assert.Empty(_choices.Choices);
        Assert.Empty(_choices.Off);
        Assert.Empty(_tuner.Facts());
    }

    [Fact]
    public void A_choice_that_found_no_room_is_tried_again()
    {
        _choices.IsFull = true;
        Start();
        Outcome("cubic", 4);
        Assert.Empty(_choices.Choices);
        _choices.IsFull = false;
        Outcome("cubic");
        Assert.Single(_choices.Choices);
    }

    private void Start() => _tuner.Start(_host, null);

    private void Set(string name, string value) => _host.Values[(name, FakeHost.Global.Id)] = TunableValue.Parse(value);

    private IEnumerable<string> Named(uint set) =>
        _choices.Names.Where(n => (set >> n.Key & 1) != 0).Select(n => n.Value).Order();

    private void Outcome(
        string algorithm, int count = 1, double rate = 5e6, uint rtt = 20_000, bool ecn = false, RemoteKey? key = null, NetworkNamespace? where = null,
        conn_cause cause = conn_cause.CONN_DEFAULT, uint clean = 0, uint lost = 0)
    {
        for (var i = 0; i < count; i++)
        {
            Send(tcp_conn_event.TCP_CONN_OUTCOME, new conn_event
            {
                key = (key ?? Key).ToKernel(),
                algorithm = CharArray16.From(Encoding.ASCII.GetBytes(algorithm)),
                bytes = (ulong)rate,
                duration_ns = 1_000_000_000,
                rtt_us = rtt,
                min_rtt_us = 20_000,
                segments = 1000,
                retransmits = clean + lost,
                clean = clean,
                clean_segments = clean,
                ecn = ecn ? 1u : 0,
                cause = (uint)cause,
            }, where);
        }
    }

    private void Bad(string algorithm, conn_cause cause) => Send(tcp_conn_event.TCP_CONN_BAD, new conn_event
    {
        key = Key.ToKernel(),
        algorithm = CharArray16.From(Encoding.ASCII.GetBytes(algorithm)),
        segments = 1000,
        rate = 100,
        enough = 2500,
        cause = (uint)cause,
    }, null);

    private void Lossy(int error = 0, NetworkNamespace? where = null) => Send(tcp_conn_event.TCP_CONN_LOSSY, new conn_event
    {
        key = Key.ToKernel(),
        algorithm = CharArray16.From("cubic"u8),
        segments = 100,
        retransmits = 5,
        error = error,
    }, where);

    private void Unknown()
    {
        var record = default(conn_unknown);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<conn_unknown>(in record));
        const ushort kind = (ushort)tcp_conn_event.TCP_CONN_UNKNOWN;
        _declaration.Events[kind].Invoke(new TunerEvent(new EventHeader { Kind = kind }, Blue), bytes);
    }

    private void Send(tcp_conn_event kind, conn_event record, NetworkNamespace? where)
    {
        var header = new EventHeader { NamespaceInode = Blue.Id.Inode, NamespaceCookie = Blue.Id.Cookie, Kind = (ushort)kind };
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<conn_event>(in record));
        _declaration.Events[(ushort)kind].Invoke(new TunerEvent(in header, where ?? Blue), bytes);
    }
}
