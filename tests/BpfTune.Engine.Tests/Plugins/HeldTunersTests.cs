using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tests.Control;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class HeldTunersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void One_that_hung_is_held_over_a_restart_until_somebody_lifts_it()
    {
        Held().Hang("slow", "abc", "a timer");
        var held = Held();
        var note = held.Find("slow", "abc")!;
        Assert.Null(held.Left(note));
        Assert.Equal("it did not return from a timer, and the daemon had to be ended", note.Reason);
        held.Release("slow");
        Assert.Null(Held().Find("slow", "abc"));
    }

    [Fact]
    public void A_newer_file_is_not_meant()
    {
        Held().Hang("slow", "abc", "a timer");
        Assert.Null(Held().Find("slow", "def"));
        Assert.Null(Held().Find("slow", "abc"));
        Assert.Null(Held().Find("other", "abc"));
    }

    [Fact]
    public void After_one_crash_it_is_held_for_a_while_and_after_two_for_good()
    {
        var held = Held();
        var first = held.Crash("bad", "abc");
        Assert.InRange(held.Left(first)!.Value, TimeSpan.FromSeconds(1), HeldTuners.AfterCrash);
        Assert.Equal(first, held.Find("bad", "abc"));
        Assert.Null(held.Left(held.Crash("bad", "abc")));
        Assert.Equal(1, held.Crash("bad", "a newer file").Crashes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"hash\":\"abc\"}")]
    [InlineData("{\"hash\":\"abc\",\"crashes\":\"many\",\"reason\":\"x\"}")]
    [InlineData("{\"hash\":\"abc\",\"crashes\":1,\"until_ms\":9223372036854775807,\"reason\":\"x\"}")]
    [InlineData("{\"hash\":null,\"crashes\":1,\"reason\":\"x\"}")]
    public void A_note_that_is_damaged_holds_nothing(string note)
    {
        File.WriteAllText(Path.Combine(_directory.Path, "held-bad"), note);
        Assert.Null(Held().Find("bad", "abc"));
    }

    private HeldTuners Held() => new(_directory.Path, TimeProvider.System);
}
