using BpfTune.Sdk;
using BpfTune.Tuners.IpFragment;

namespace BpfTune.Tuners.Tests.IpFragment;

public sealed class FragmentPolicyTests
{
    private const long Default = 4_194_304;

    [Theory]
    [InlineData(3_145_728, Default, 1000, 100, 10, "Raise")]
    [InlineData(3_145_727, Default, 1000, 100, 10, "Wait")] // not near
    [InlineData(Default, Default, 1000, 0, 1000, "Starve")]
    [InlineData(Default, Default, 0, 0, 0, "Starve")]
    [InlineData(Default, Default, 127, 1, 0, "Raise")] // of two datagrams of 64 fragments or so one is completed
    [InlineData(Default, Default, 128, 2, 0, "Raise")]
    [InlineData(Default, Default, 128, 1, 0, "Starve")]
    [InlineData(Default, Default, 1_000_000, 1, 999_990, "Raise")] // nearly all refused: that is what shortage looks like
    [InlineData(Default, Default, 10, 1, 20, "Raise")] // datagrams given up count as failures too
    [InlineData(5_000_000_000, 4_294_967_296, 100, 10, 0, "Raise")] // beyond 32 bits
    [InlineData(0, 0, 100, 10, 0, "Wait")] // reassembly turned off
    [InlineData(100, 0, 100, 10, 0, "Wait")]
    [InlineData(100, -1, 100, 10, 0, "Wait")]
    public void Memory_rises_where_datagrams_are_completed(
        long memory, long threshold, long fragments, long completed, long failed, string expected) => Assert.Equal(
        expected,
        FragmentPolicy.Decide(
            memory, threshold, new FragmentCounters(fragments, completed, failed), LearningRate.Default).ToString());

    [Theory]
    [InlineData(1000, 4096, "Raise")]
    [InlineData(131_071, 131_000, "Raise")]
    [InlineData(131_072, 131_072, "Starve")]
    [InlineData(1, 0, "Wait")]
    public void A_threshold_below_one_datagram_is_too_small_and_no_sign_of_a_flood(long threshold, long memory, string expected) =>
        Assert.Equal(expected, FragmentPolicy.Decide(memory, threshold, new FragmentCounters(1000, 0, 900), LearningRate.Default).ToString());

    [Theory]
    [InlineData(1000, 10_000_000, 131_072)]
    [InlineData(1000, 50_000, 50_000)]
    [InlineData(1000, 0, 1000)]
    [InlineData(200_000, 10_000_000, 250_000)]
    public void It_rises_at_once_to_what_one_datagram_takes(long threshold, long ceiling, long expected) =>
        Assert.Equal(expected, FragmentPolicy.Raise(threshold, ceiling, LearningRate.Default));

    [Theory]
    [InlineData(0, 4096, 10_000, 4160)]
    [InlineData(1, 4096, 10_000, 4224)]
    [InlineData(2, 4096, 10_000, 4352)]
    [InlineData(3, 4096, 10_000, 4608)]
    [InlineData(4, 4096, 10_000, 5120)]
    [InlineData(4, 9000, 10_000, 10_000)]
    [InlineData(4, 10_000, 10_000, 10_000)]
    [InlineData(4, 20_000, 10_000, 20_000)] // an administrator's larger one stays
    [InlineData(4, 20_000, 0, 20_000)] // memory unknown
    [InlineData(4, 2_000_000_000, int.MaxValue, int.MaxValue)]
    public void A_step_up_ends_at_the_ceiling(int rate, long threshold, long ceiling, long expected) =>
        Assert.Equal(expected, new LearningRate(rate).Raise(threshold, ceiling));

    [Theory]
    [InlineData(8000, 4096, 6000)]
    [InlineData(5000, 4096, 4096)]
    [InlineData(4096, 4096, 4096)]
    [InlineData(1000, 4096, 1000)]
    [InlineData(0, 0, 0)]
    public void A_step_down_ends_where_it_began(long threshold, long floor, long expected) =>
        Assert.Equal(expected, LearningRate.Default.Lower(threshold, floor));

    [Theory]
    [InlineData(1_280_000, 4096, 0, 40_960_000)]
    [InlineData(127, 4096, 0, 0)]
    [InlineData(0, 4096, 0, 0)]
    [InlineData(1L << 40, 65_536, 0, int.MaxValue)]
    [InlineData(1_280_000, 4096, 280_000_000, 40_960_000)]
    [InlineData(1_280_000, 4096, 300_000_000, 27_680_000)]
    [InlineData(1_280_000, 4096, 400_000_000, 0)]
    public void Each_may_have_a_128th_of_the_machines_buffer_memory_and_all_a_16th(long pages, long pageSize, long others, long expected) =>
        Assert.Equal(expected, FragmentPolicy.Ceiling(pages, pageSize, others));
}
