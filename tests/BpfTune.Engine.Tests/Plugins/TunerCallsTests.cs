using System.Diagnostics;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tests.Control;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerCallsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_call_that_does_not_return_is_named()
    {
        using var found = new ManualResetEventSlim();
        string? said = null;
        var calls = new TunerCalls((site, call) =>
        {
            said = $"{site.Name} {site.Hash}: {call}";
            found.Set();
        })
        {
            Look = TimeSpan.FromMilliseconds(5),
        };
        using (calls.Enter(calls.Register("slow", "1"), "an event handler"))
        {
            using (calls.Enter(calls.Register("within", "2"), "a timer"))
            {
            }

            Assert.True(found.Wait(s_patience, TestContext.Current.CancellationToken));
        }

        Assert.Equal("slow 1: an event handler", said);
    }

    [Fact]
    public void Many_short_calls_are_no_hang()
    {
        // A thread of a busy machine may well stand still for some milliseconds within a call.
        string? said = null;
        var calls = new TunerCalls((site, call) => said = $"{site.Name}: {call}") { Look = TimeSpan.FromMilliseconds(30) };
        var site = calls.Register("busy", "1");
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TunerCalls.Patience * 3 * calls.Look;)
        {
            using var call = calls.Enter(site, "an event handler");
        }

        Assert.Null(said);
    }

    [Fact]
    public void Nobody_looks_on_once_there_are_no_calls_and_again_when_there_are()
    {
        var calls = new TunerCalls((_, _) => { }) { Look = TimeSpan.FromMilliseconds(300) };
        var site = calls.Register("rare", "1");
        for (var i = 0; i < 3; i++)
        {
            calls.Enter(site, "a timer").Dispose();
            Assert.True(calls.IsWatching);
            Assert.True(SpinWait.SpinUntil(() => !calls.IsWatching, s_patience));
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        var calls = new TunerCalls((_, _) => { });
        var site = calls.Register("busy", "1");
        calls.Enter(site, "an event handler").Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            calls.Enter(site, "an event handler").Dispose();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Whose_code_ran_when_the_process_ended_is_known_to_the_next()
    {
        using var directory = new TemporaryDirectory();
        var first = CallMark.Open(directory.Path);
        Assert.Null(first.Last);
        var calls = new TunerCalls((_, _) => { }, first);
        var (one, other) = (calls.Register("one", new string('a', 64)), calls.Register("other", new string('b', 64)));
        calls.Enter(one, "its start").Dispose();
        calls.Enter(other, "an event handler");

        // As if this process were gone: the file is opened a second time without the first having been closed.
        using (var next = CallMark.Open(directory.Path))
            Assert.Equal(("other", new string('b', 64)), next.Last);
        using var third = CallMark.Open(directory.Path);
        Assert.Null(third.Last);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory.Path, CallMark.FileName)));
        first.Dispose();
    }

    [Fact]
    public void More_tuners_than_there_is_room_for_are_not_marked_and_harm_nobody()
    {
        using var directory = new TemporaryDirectory();
        using var mark = CallMark.Open(directory.Path);
        var slots = Enumerable.Range(0, 200).Select(i => mark.Register($"t{i}", "")).ToArray();
        Assert.Equal(Enumerable.Range(1, 63), slots[..63]);
        Assert.All(slots[63..], slot => Assert.Equal(0, slot));
        Assert.Equal(1, mark.Register("t0", "new"));
    }
}
