namespace BpfTune.LibBpf.Tests;

public sealed class ErrnoTests
{
    [Theory]
    [InlineData(1, "EPERM")]
    [InlineData(2, "ENOENT")]
    [InlineData(3, "ESRCH")]
    [InlineData(7, "E2BIG")]
    [InlineData(13, "EACCES")]
    [InlineData(22, "EINVAL")]
    [InlineData(95, "EOPNOTSUPP")]
    [InlineData(524, "ENOTSUPP")]
    [InlineData(4001, "LIBBPF_ERRNO__FORMAT")]
    [InlineData(4013, "LIBBPF_ERRNO__NLPARSE")]
    [InlineData(7777, "errno 7777")]
    public void Numbers_have_names_of_either_sign(int errno, string name)
    {
        Assert.Equal(name, Errno.Name(errno));
        Assert.Equal(name, Errno.Name(-errno));
    }

    [Fact]
    public void A_description_has_words_and_name() => Assert.Equal("not permitted (EPERM)", Errno.Describe(-1));

    [Fact]
    public void No_known_number_is_put_as_strerror_does()
    {
        for (var errno = 1; errno < 5000; errno++)
            Assert.DoesNotContain("No such process", Errno.Describe(errno), StringComparison.OrdinalIgnoreCase);
    }
}
