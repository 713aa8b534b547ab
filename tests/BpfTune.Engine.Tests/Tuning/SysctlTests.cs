using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class SysctlTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SysctlStore _store;

    public SysctlTests() => _store = new SysctlStore(new Here(), tunable => _directory[tunable.Name]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Errno.ENOENT, null, "this kernel has no a.b in namespace blue")]
    [InlineData(Errno.ENOTDIR, null, "this kernel has no a.b in namespace blue")]
    [InlineData(Errno.ENOENT, "nosuch", "a.b in namespace blue cannot be set to 'nosuch': the kernel knows no such value (ENOENT)")]
    [InlineData(Errno.EACCES, null, "a.b in namespace blue cannot be read: permission denied (EACCES)")]
    [InlineData(Errno.EPERM, "1", "a.b in namespace blue cannot be set to '1': permission denied (EPERM); it takes root and CAP_NET_ADMIN there")]
    [InlineData(Errno.EACCES, "1", "a.b in namespace blue cannot be set to '1': permission denied (EACCES); it takes root and CAP_NET_ADMIN there")]
    [InlineData(Errno.EINVAL, "x", "a.b in namespace blue cannot be set to 'x': the kernel does not accept that value (EINVAL)")]
    [InlineData(Errno.EROFS, "1", "a.b in namespace blue cannot be set to '1': /proc/sys is mounted read-only (EROFS)")]
    [InlineData(Errno.ENOMEM, "1", "a.b in namespace blue cannot be set to '1': cannot allocate memory (ENOMEM)")]
    public void EveryErrorIsASentence(int errno, string? wanted, string sentence) =>
        Assert.Equal(sentence, SysctlErrors.Describe(errno, "a.b", Sample.Blue.Phrase, wanted));

    [Fact]
    public void ReadsWhateverTheLength()
    {
        var words = string.Join('\t', Enumerable.Range(0, 3000));
        File.WriteAllText(_directory["a.b"], words + "\n");
        Assert.True(_store.TryRead(Named("a.b"), Sample.Blue, out var value));
        Assert.Equal(3000, value.Numbers.Length);
    }

    [Fact]
    public void AbsentIsNoError()
    {
        Assert.False(_store.TryRead(Named("no.such"), Sample.Blue, out var value));
        Assert.Null(value);
        var failure = Assert.Throws<SysctlException>(() => _store.Update(Named("no.such"), Sample.Blue, v => v));
        Assert.True(failure.IsAbsent);
    }

    [Fact]
    public void GoneIsNoErrorToAReader()
    {
        var store = new SysctlStore(new Nowhere());
        Assert.False(store.TryRead(Named("a.b"), Sample.Blue, out _));
        Assert.Throws<NamespaceGoneException>(() => store.Update(Named("a.b"), Sample.Blue, v => v));
    }

    [Fact]
    public void UpdateReadsDecidesWritesAndReadsBack()
    {
        File.WriteAllText(_directory["a.b"], "1\t2\t3\n");
        var update = _store.Update(Named("a.b"), Sample.Blue, v => v.With(2, 30));
        Assert.Equal(("1 2 3", "1 2 30", "1 2 30"), (update.Before.Text, update.Wanted!.Text, update.After.Text));
        Assert.Equal("1 2 30\n", File.ReadAllText(_directory["a.b"]));
    }

    [Fact]
    public void NoDecisionNoWrite()
    {
        File.WriteAllText(_directory["a.b"], "1\t2\t3\n");
        var update = _store.Update(Named("a.b"), Sample.Blue, _ => null);
        Assert.Null(update.Wanted);
        Assert.Equal("1\t2\t3\n", File.ReadAllText(_directory["a.b"]));
    }

    [Fact]
    public void AWriteThatTheKernelIgnoresIsAnError()
    {
        // /dev/null takes any write and shows none of it.
        var store = new SysctlStore(new Here(), _ => "/dev/null");
        var failure = Assert.Throws<SysctlException>(() => store.Update(Named("a.b"), Sample.Blue, _ => TunableValue.Of(1)));
        Assert.Equal("a.b in namespace blue cannot be set to '1': the kernel took the write and kept ''", failure.Message);
    }

    [Theory]
    [InlineData("1 2 3", "5", "5 2 3")]
    [InlineData("1 2 3", "5 6", "5 6 3")]
    [InlineData("1 2 3", "5 6 7", "5 6 7")]
    [InlineData("1", "5 6", "5 6")]
    [InlineData("cubic", "bbr", "bbr")]
    public void APartialWriteKeepsTheRest(string old, string written, string result) =>
        Assert.Equal(result, SysctlWrites.Result(TunableValue.Parse(old), TunableValue.Parse(written)).Text);

    private static Tunable Named(string name) => new(name, TunableScope.Namespace, TunableUnit.Count, "");

    private sealed class Here : INamespaceRunner
    {
        public T Run<T>(NetworkNamespace networkNamespace, Func<T> action) => action();
    }

    private sealed class Nowhere : INamespaceRunner
    {
        public T Run<T>(NetworkNamespace networkNamespace, Func<T> action) => throw new NamespaceGoneException(networkNamespace);
    }
}
