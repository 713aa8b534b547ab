using System.Text;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Fuzz.Tests;

/// <summary>Journals that a disk has spoilt.</summary>
public sealed class JournalFuzzTests : IDisposable
{
    private const string Boot = "boot";
    private static readonly NetworkNamespace s_blue = new(new NamespaceId(4026532001, 7), "blue", false);
    private static readonly Tunable s_rmem = Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "");
    private static readonly Tunable s_backlog = new("net.ipv4.tcp_max_syn_backlog", TunableScope.Namespace, TunableUnit.Count, "");

    private readonly string _directory = Directory.CreateTempSubdirectory("bpftune-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void No_spoilt_journal_puts_back_a_value_that_was_not_the_first_one() => Fuzz.Run("journal", Fuzz.Bytes(Write()), bytes =>
    {
        var content = JournalContent.Read(bytes, Boot);
        var state = Fold(content.Records);
        foreach (var trail in state.Trails)
        {
            var (first, now) = trail.Tunable == s_rmem.Name ? ("1 2 3", "1 2 50") : ("128", "1024");
            if (Rollback.Decide(trail, now) == RollbackOutcome.Restored)
                Assert.Equal(first, trail.Original);
        }

        // What is written anew from it says the same.
        var again = Fold(state.Snapshot(default));
        Assert.Equal(
            state.Trails.Select(t => (t.Tunable, t.Namespace, t.IsOriginalUnknown || t.Original.Length == 0 ? "" : t.Original, t.Last)).Order(),
            again.Trails.Select(t => (t.Tunable, t.Namespace, t.IsOriginalUnknown || t.Original.Length == 0 ? "" : t.Original, t.Last)).Order());
    }, bytes => Encoding.UTF8.GetString(bytes));

    [Fact]
    public void A_journal_of_an_earlier_version_may_hold_anything() => Fuzz.Run("plain_journal", Fuzz.Bytes(Plain()), bytes =>
    {
        var content = JournalContent.Read(bytes, Boot);
        var state = Fold(content.Records);
        Assert.True(state.Trails.Count <= content.Records.Count);
        Assert.True(Fold(state.Snapshot(default)).Trails.Count <= state.Trails.Count);
    }, bytes => Encoding.UTF8.GetString(bytes));

    private static JournalState Fold(IEnumerable<JournalRecord> records)
    {
        var state = new JournalState(Boot);
        foreach (var record in records)
            state.Apply(record);
        return state;
    }

    /// <summary>A daemon's own: two tunables, two runs.</summary>
    private byte[] Write()
    {
        var path = Path.Combine(_directory, "journal.jsonl");
        foreach (var step in (string[][])[["1 2 3", "1 2 30", "128", "256"], ["1 2 30", "1 2 50", "256", "1024"]])
        {
            using var journal = new Journal(path, TimeProvider.System, NullLogger.Instance, null, Boot);
            Change(journal, s_rmem, step[0], step[1]);
            Change(journal, s_backlog, step[2], step[3]);
        }

        return File.ReadAllBytes(path);
    }

    private byte[] Plain() => Encoding.UTF8.GetBytes(string.Concat(
        Encoding.UTF8.GetString(Write()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => "{" + line[(line.IndexOf(',') + 1)..line.LastIndexOf(",\"crc\"", StringComparison.Ordinal)] + "}\n")));

    private static void Change(Journal journal, Tunable tunable, string old, string wanted)
    {
        var (from, to) = (TunableValue.Parse(old), TunableValue.Parse(wanted));
        journal.Outcome(journal.Intent("t", new Proposal(tunable, s_blue, from, to, "s", "e"), from, to), to, null);
    }
}
