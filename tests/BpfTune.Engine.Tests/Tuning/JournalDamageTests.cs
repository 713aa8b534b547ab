using System.Text;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Whatever happens to a journal's bytes, no value is put back that was not the first one, and damage is said.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private const string Boot = "boot";
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), (string First, string Now)> _values = [];

    private string Path => _directory["journal.jsonl"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void AnyFlippedBitIsSaidAndLeadsToNoWrongValue()
    {
        var whole = Record();
        var damaged = (byte[])whole.Clone();
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                damaged[at] ^= (byte)(1 << bit);
                Check(damaged, isSaid: true, $"bit {bit} of byte {at}");
                damaged[at] = whole[at];
            }
        }
    }

    [Fact]
    public void CutAnywhereIsNormalOrSaid()
    {
        var whole = Record();
        for (var length = 0; length < whole.Length; length++)
            Check(whole.AsSpan(0, length), isSaid: null, $"cut to {length} bytes");
    }

    [Fact]
    public void AnyZeroedBlockIsSaid()
    {
        var whole = Record();
        foreach (var block in (int[])[1, 64, 512, 4096])
        {
            for (var at = 0; at < whole.Length; at += block)
            {
                var damaged = (byte[])whole.Clone();
                damaged.AsSpan(at, Math.Min(block, whole.Length - at)).Clear();
                Check(damaged, isSaid: true, $"{block} zeros at {at}");
            }
        }
    }

    [Fact]
    public void MissingLinesAreMissed()
    {
        var lines = Lines(Record());
        for (var from = 0; from < lines.Length - 1; from++)
        {
            for (var to = from; to < lines.Length - 1; to++)
                Check(Join([.. lines[..from], .. lines[(to + 1)..]]), isSaid: true, $"without lines {from} to {to}");
        }
    }

    [Fact]
    public void LinesInAnotherOrderOrThereTwiceAreSaidAndCostNothing()
    {
        var whole = Record();
        var lines = Lines(whole);
        var all = Restored(whole);
        for (var i = 0; i < lines.Length; i++)
        {
            for (var j = 0; j < lines.Length; j++)
            {
                if (i == j)
                    continue;
                var swapped = (string[])lines.Clone();
                (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                Check(Join(swapped), isSaid: true, $"{i} and {j} exchanged");
                Assert.Equal(all, Restored(Join(swapped)));
                Assert.Equal(all, Restored(Join([.. lines[..i], lines[j], .. lines[i..]])));
            }
        }
    }

    [Fact]
    public void OneLostLineCostsNothingOfWhatALaterLineTells()
    {
        var whole = Record();
        var lines = Lines(whole);
        var all = Restored(whole);
        for (var i = 0; i < lines.Length - 1; i++)
            Assert.Equal(all, Restored(Join([.. lines[..i], .. lines[(i + 1)..]])));
    }

    [Fact]
    public void WhatIsTunedAfterLinesWereLostHasNoFirstValueThatCouldBeBelieved()
    {
        var lines = Lines(Record());
        // All that tells of the host's backlog is gone, and the daemon is started anew: it finds its own value there.
        var lost = lines.Where(line => !line.Contains("\"global\"", StringComparison.Ordinal)).ToArray();
        Assert.NotEqual(lines.Length, lost.Length);
        File.WriteAllBytes(Path, Join(lost));
        for (var i = 0; i < 3; i++)
        {
            using var journal = Open(i == 2 ? new JournalOptions { MaximumBytes = 1, RecentLines = 0 } : null);
            var now = _values[(Sample.Global.Id, Sample.Backlog.Name)].Now;
            Change(journal, Sample.Backlog, Sample.Global, (int.Parse(now) + 1).ToString());
            Assert.True(journal.State.Find(Sample.Global.Id, Sample.Backlog.Name)!.IsOriginalUnknown);
            Check(File.ReadAllBytes(Path), isSaid: null, "after a restart");
        }

        using var again = Open();
        Assert.True(again.State.Find(Sample.Global.Id, Sample.Backlog.Name)!.IsOriginalUnknown);
        Assert.Equal("1 2 3", again.State.Find(Sample.Blue.Id, Sample.Rmem.Name)!.Original);
        Assert.Contains("cannot be put back", Assert.Single(again.Damage), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsDamagedOfAnEarlierBootCostsNothing()
    {
        var earlier = Lines(Record());
        using (var journal = new Journal(Path, _time, _log, null, "next"))
            Change(journal, Sample.Backlog, Sample.Red, "77");
        var lines = Lines(File.ReadAllBytes(Path));
        lines[3] = new string('\0', lines[3].Length);
        Assert.Null(JournalContent.Read(Join(lines), "next").Damage);
        Assert.NotNull(JournalContent.Read(Join(lines[..earlier.Length]), Boot).Damage);

        // A crash of the machine leaves zeros where a file had grown.
        Assert.Null(JournalContent.Read((byte[])[.. Join(earlier), .. new byte[100]], "next").Damage);
    }

    [Fact]
    public void ADiskThatDamagesARunningDaemonsJournalCostsNothing()
    {
        Record();
        using (var journal = Open(new JournalOptions { MaximumBytes = 4000, RecentLines = 5 }))
        {
            using (var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                file.Write(new byte[900]);
            for (var i = 0; i < 20; i++)
                Change(journal, Sample.Backlog, Sample.Red, (1000 + i).ToString());
        }

        Assert.Single(_log.Lines, line => line.Id == 4226);
        Check(File.ReadAllBytes(Path), isSaid: false, "after it was written anew");
        Assert.Equal(3, Restored(File.ReadAllBytes(Path)).Count);
    }

    private void Check(ReadOnlySpan<byte> bytes, bool? isSaid, string what)
    {
        var content = JournalContent.Read(bytes, Boot);
        var state = Fold(content);
        foreach (var trail in state.Trails)
        {
            var (first, now) = _values[(trail.Namespace.Id, trail.Tunable)];
            if (Rollback.Decide(trail, now) == RollbackOutcome.Restored)
                Assert.True(trail.Original == first, $"{what}: {trail.Tunable} would be set to '{trail.Original}', and was '{first}' first");
        }

        if (isSaid is { } expected)
            Assert.True(expected == (content.Damage is not null || state.Damage.Any()), $"{what}: {content.Damage ?? "nothing"} is said");
    }

    /// <summary>What would be put back.</summary>
    private SortedDictionary<string, string> Restored(ReadOnlySpan<byte> bytes)
    {
        var restored = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var trail in Fold(JournalContent.Read(bytes, Boot)).Trails)
        {
            if (Rollback.Decide(trail, _values[(trail.Namespace.Id, trail.Tunable)].Now) == RollbackOutcome.Restored)
                restored.Add($"{trail.Tunable} {trail.Namespace.Name}", trail.Original);
        }

        return restored;
    }

    private static JournalState Fold(JournalContent content)
    {
        var state = new JournalState(Boot);
        foreach (var record in content.Records)
            state.Apply(record);
        return state;
    }

    /// <summary>A daemon that changes three tunables, is restarted once, and is told of by an administrator.</summary>
    private byte[] Record()
    {
        Begin(Sample.Rmem, Sample.Blue, "1 2 3");
        Begin(Sample.Backlog, Sample.Global, "128");
        Begin(Sample.Backlog, Sample.Red, "64");
        using (var first = Open())
        {
            first.Manage([Sample.Rmem.Name, Sample.Backlog.Name]);
            Change(first, Sample.Rmem, Sample.Blue, "1 2 30");
            Change(first, Sample.Backlog, Sample.Global, "256");
            Change(first, Sample.Rmem, Sample.Blue, "1 2 40");
        }

        using var second = Open();
        Change(second, Sample.Backlog, Sample.Red, "65");
        Change(second, Sample.Backlog, Sample.Global, "512");
        Change(second, Sample.Backlog, Sample.Red, "66");
        second.Note(second.Next(JournalKind.Override) with { Tuner = "t", Tunable = "a.b", Namespace = JournalNamespace.Of(Sample.Red) });
        return File.ReadAllBytes(Path);
    }

    private void Begin(Tunable tunable, NetworkNamespace place, string first) => _values[(place.Id, tunable.Name)] = (first, first);

    private void Change(Journal journal, Tunable tunable, NetworkNamespace place, string wanted)
    {
        var (first, now) = _values.GetValueOrDefault((place.Id, tunable.Name), ("0", "0"));
        var number = journal.Intent("t", Sample.Propose(tunable, place, now, wanted), TunableValue.Parse(now), TunableValue.Parse(wanted));
        journal.Outcome(number, TunableValue.Parse(wanted), null);
        _values[(place.Id, tunable.Name)] = (first, wanted);
    }

    private static string[] Lines(byte[] text) => Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Join(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private Journal Open(JournalOptions? options = null) => new(Path, _time, _log, options, Boot);
}
