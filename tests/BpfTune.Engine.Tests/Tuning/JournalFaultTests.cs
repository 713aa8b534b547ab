using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>The end of the process, or a failing disk, between any two steps of writing and rewriting the journal.</summary>
public sealed class JournalFaultTests : IDisposable
{
    private const string First = "1";
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly JournalOptions _small = new() { MaximumBytes = 3000, RecentLines = 2 };
    private string _value = First;

    private string Path => _directory["state/journal.jsonl"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheFirstValueComesBackWhateverStepWasTheLast(bool isKill)
    {
        var steps = Run(int.MaxValue, isKill);
        Assert.InRange(steps, 50, 1000);
        for (var fatal = 1; fatal <= steps; fatal++)
        {
            Run(fatal, isKill);
            using var journal = new Journal(Path, _time, _log, _small, "boot");
            Assert.Empty(journal.Damage);
            var trail = journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name);
            if (_value != First)
            {
                Assert.Equal(First, trail!.Original);
                Assert.True(trail.IsOurs(_value), $"step {fatal}: '{_value}' is not known to be ours");
            }

            // And it goes on.
            Change(journal, "again");
            Assert.Equal(First, journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name)!.Original);
        }
    }

    /// <returns>The steps that it took.</returns>
    private int Run(int fatal, bool isKill)
    {
        Directory.Delete(_directory.Path, recursive: true);
        Directory.CreateDirectory(_directory.Path);
        _value = First;
        var plan = new FaultPlan(fatal, isKill);
        try
        {
            using var journal = new Journal(Path, _time, _log, _small, "boot", directory => new FaultyDirectory(directory, plan));
            for (var i = 0; i < 25; i++)
            {
                try
                {
                    Change(journal, "value" + i);
                }
                catch (JournalException)
                {
                    // Not recorded, and so not made.
                }
            }
        }
        catch (FaultPlan.KilledException)
        {
            // As if it had never been.
        }

        return plan.Steps;
    }

    private void Change(Journal journal, string wanted)
    {
        var old = TunableValue.Parse(_value);
        var number = journal.Intent("t", Sample.Propose(Sample.Backlog, Sample.Blue, _value, wanted), old, TunableValue.Parse(wanted));
        _value = wanted;
        journal.Outcome(number, TunableValue.Parse(wanted), null);
    }
}
