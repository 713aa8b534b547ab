namespace BpfTune.LibBpf.LiveTests;

public sealed class VariableTests
{
    // A socket filter sees a packet without its Ethernet header of 14 bytes.
    private const uint Seen = 50;

    private static readonly byte[] s_packet = new byte[64];

    [Fact]
    public void A_constant_set_before_the_load_is_what_the_program_sees()
    {
        using var opened = Live.OpenLive("live_classify");
        opened.SetVariable("multiplier", 5u);
        using var loaded = opened.Load();
        var result = loaded.Program("live_classify").TestRun(s_packet);
        Assert.Equal(5u * Seen, result.ReturnValue);
        Assert.Equal(5u, loaded.GetVariable<uint>("multiplier"));
        var e = Assert.Throws<InvalidOperationException>(() => loaded.SetVariable("multiplier", 6u));
        Assert.Equal("live: variable multiplier is constant once the object is loaded.", e.Message);
    }

    [Fact]
    public void Variables_are_shared_with_the_loaded_program()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        ref var total = ref loaded.Variable<ulong>("total");
        Assert.Equal(0ul, total);
        loaded.Program("live_classify").TestRun(s_packet);
        loaded.Program("live_classify").TestRun(s_packet);
        Assert.Equal(2ul, total);
        total = 40;
        loaded.Program("live_classify").TestRun(s_packet);
        Assert.Equal(41ul, loaded.GetVariable<ulong>("total"));

        loaded.Variable<uint>("threshold") = 99;
        loaded.Program("live_classify").TestRun(s_packet);
        Assert.Equal(99u, loaded.Map("live_entries").Typed<uint, Entry>()[Seen].Last);
    }

    [Fact]
    public void Nothing_of_a_disposed_object_can_be_touched()
    {
        var loaded = Live.OpenLive("live_classify").Load();
        var program = loaded.Program("live_classify");
        loaded.Dispose();
        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loaded.GetVariable<ulong>("total"));
        Assert.Throws<ObjectDisposedException>(() => loaded.Variable<ulong>("total") = 1);
        Assert.Throws<ObjectDisposedException>(() => program.TestRun(s_packet));
        Assert.Throws<ObjectDisposedException>(() => program.Attach());
        Assert.Throws<ObjectDisposedException>(() => program.GetInfo());
    }
}
