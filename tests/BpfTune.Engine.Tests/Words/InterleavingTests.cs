using BpfTune.Engine.Tests.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Words;

/// <summary>An administrator writes at any moment, seen or not: his value is what stands in the end, and the tuner has stopped.</summary>
public sealed class InterleavingTests
{
    private enum Moment
    {
        Before,
        BetweenLookAndWrite,
        BetweenWriteAndLook,
        After,
        WhileDown,
    }

    public static TheoryData<int> Seeds => new(Enumerable.Range(0, 400));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void HisValueStands(int seed)
    {
        var random = new Random(seed);
        using var harness = new WordHarness();
        harness.Meet(Sample.Blue);
        var value = 128;
        Tune(random.Next(4));

        // Seen or not; what he writes may be what stands.
        var moment = (Moment)random.Next(5);
        var isSeen = moment == Moment.BetweenLookAndWrite || (moment != Moment.WhileDown && random.Next(2) == 0);
        var his = isSeen && random.Next(3) == 0 ? harness.Value() : $"{random.Next(100_000, 200_000)}";
        switch (moment)
        {
            case Moment.Before:
                Write();
                break;
            case Moment.BetweenLookAndWrite:
                harness.Store.BeforeWrite = Write;
                break;
            case Moment.BetweenWriteAndLook:
                harness.Store.AfterWrite = Write;
                break;
            case Moment.WhileDown:
                harness.Stop();
                harness.Store[Sample.Blue, Sample.Backlog] = his;
                harness.Start();
                if (random.Next(2) == 0)
                    harness.Meet(Sample.Blue);
                break;
        }

        if (moment != Moment.WhileDown || harness.Journal.State.Trails.Count > 0)
        {
            Tune(1);
            harness.Store.BeforeWrite = harness.Store.AfterWrite = null;
            if (moment == Moment.After)
                Write();
            Tune(random.Next(3));
            harness.Settle();
            Tune(3);
            harness.Settle();
            Assert.True(harness.IsStopped(), $"{moment}, {(isSeen ? "seen" : "not seen")}, {his}");
            Assert.Equal(his, harness.Value());
            harness.Restart();
            Tune(2);
            harness.Settle();
            Assert.Equal(his, harness.Value());
        }

        void Write()
        {
            harness.Store.BeforeWrite = harness.Store.AfterWrite = null;
            harness.Hints.IsDeaf = !isSeen;
            harness.Write(his);
        }

        void Tune(int times)
        {
            for (var i = 0; i < times; i++)
            {
                harness.Propose($"{value += 128}");
                harness.Time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 40)));
            }
        }
    }
}
