using System.Globalization;
using BpfTune.Engine.Tests.Words;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using CsCheck;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Random kernels and random tuners against the real way from a proposal to the kernel.</summary>
public sealed class TrialPropertyTests
{
    private const long First = 1000;

    /// <summary>The largest value that the tunable's bounds allow: the raises of a tuner that never has enough end there.</summary>
    private static readonly long Most = Sample.Buffer.BoundsOf(0).Maximum;

    /// <summary>What a kernel does with the value: how much of a thousand things is lost.</summary>
    private enum World
    {
        /// <summary>The same, whatever the value.</summary>
        Indifferent,

        /// <summary>Less the larger it is.</summary>
        Grateful,

        /// <summary>None any more from some value on.</summary>
        Enough,

        /// <summary>More the larger it is.</summary>
        Harmed,
    }

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Enum<World>(), Gen.Int[1, 900], Gen.Int[1, 3000], Gen.Int[0, 4], Gen.Int[0, 3600], Gen.Int[0, int.MaxValue - 1],
        (world, lost, traffic, rate, wordAt, seed) => new Case(world, lost, traffic, rate, wordAt, seed));

    [Fact]
    public void Evidence_that_stays_the_same_comes_to_rest() => Cases.Sample(
        one =>
        {
            using var run = new Run(one);
            // Rests of 10 min, 20, 40 and so on to a day: of two days the second sees two trials at the most.
            run.Seconds(24 * 3600, hasWord: false);
            var changes = run.Changes;
            run.Seconds(24 * 3600, hasWord: false);
            Assert.InRange(run.Changes - changes, 0, 2 * 6 * 40);
            Assert.InRange(run.Largest, First, Most);
            Assert.True(run.Smallest >= First, "it was lowered below what was there first");
            if (one.World is World.Indifferent or World.Harmed)
                Assert.InRange(run.Largest, First, 16 * First); // chance lets a raise by once in hundreds, and a rule that is biased one in two
        },
        iter: 40, threads: 1, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void A_word_stands_and_a_rollback_restores_the_first_value_exactly() => Cases.Sample(
        one =>
        {
            using var run = new Run(one);
            run.Seconds(one.WordAt, hasWord: false);
            run.Word("4321");
            run.Seconds(1200, hasWord: true);
            Assert.Equal("4321", run.Value);

            using var other = new Run(one);
            other.Seconds(one.WordAt, hasWord: false);
            other.RollBack();
            Assert.Equal(First.ToString(CultureInfo.InvariantCulture), other.Value);
        },
        iter: 100, threads: 1, seed: "0N0XIzNsQ0O2");

    private sealed record Case(World World, int Lost, int Traffic, int Rate, int WordAt, int Seed);

    private sealed class Run(Case one) : IDisposable
    {
        private readonly WordHarness _daemon = new();
        private readonly Random _chance = new(one.Seed);
        private long _lost;
        private long _kept;

        public string Value => _daemon.Store[Sample.Blue, Sample.Buffer];

        public long Largest { get; private set; } = First;

        public long Smallest { get; private set; } = First;

        public long Changes { get; private set; }

        public void Dispose() => _daemon.Dispose();

        public void Word(string value)
        {
            _daemon.Write(value, tunable: Sample.Buffer);
            _daemon.Settle();
        }

        public void RollBack()
        {
            foreach (var entry in new Rollback(_daemon.Journal, _daemon.Store, id => id == Sample.Blue.Id ? Sample.Blue : null, () => [Sample.Buffer.Name], _daemon.Log).Run())
                Assert.True(entry.Outcome is RollbackOutcome.Restored or RollbackOutcome.Unchanged, entry.Outcome.ToString());
        }

        public void Seconds(int count, bool hasWord)
        {
            for (var second = 0; second < count; second++)
            {
                var value = long.Parse(Value, CultureInfo.InvariantCulture);
                var lost = 0;
                // The chance of each thing, so that shares differ as they do in life.
                var share = Share(value);
                for (var i = 0; i < 20; i++)
                    lost += _chance.NextDouble() < share ? 1 : 0;
                _lost += (long)lost * one.Traffic / 20;
                _kept += (long)(20 - lost) * one.Traffic / 20;
                _daemon.ProcNet[(Sample.Blue.Id, "counts")] = string.Create(CultureInfo.InvariantCulture, $"{_lost} {_kept}");
                if (lost > 0)
                    Propose(value);
                if (!hasWord)
                {
                    var now = long.Parse(Value, CultureInfo.InvariantCulture);
                    (Largest, Smallest) = (Math.Max(Largest, now), Math.Min(Smallest, now));
                }

                _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
            }
        }

        private double Share(long value)
        {
            var lost = one.Lost / 1000.0;
            return one.World switch
            {
                World.Grateful => lost * First / value,
                World.Enough => value >= 5 * First ? 0 : lost,
                World.Harmed => Math.Min(1, lost * value / First),
                _ => lost,
            };
        }

        private void Propose(long value)
        {
            var wanted = new LearningRate(one.Rate).Raise(value).ToString(CultureInfo.InvariantCulture);
            var outcome = _daemon.Applier.Propose("tcp", Sample.Propose(Sample.Buffer, Sample.Blue, Value, wanted));
            if (outcome == ProposalOutcome.Applied)
                Changes++;
        }
    }
}
