using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Live.Tests.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Tuning;

public sealed class JournalLiveTests
{
    private static readonly Tunable s_rmem =
        Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");

    private static readonly NetworkNamespace s_place = new(new NamespaceId(1, 1), "blue", false);

    [Fact]
    public void AFullDiskRefusesTheChangeAndTearsNothing()
    {
        Privilege.Require();
        var directory = Directory.CreateTempSubdirectory("bpftune-live-").FullName;
        try
        {
            OwnThread.WithPrivateMounts(() => FillUp(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void OnAReadOnlyDiskNothingIsChangedAndEverythingCanBePutBack()
    {
        Privilege.Require();
        using var blue = TestNamespace.Create();
        var directory = Directory.CreateTempSubdirectory("bpftune-live-").FullName;
        var path = Path.Combine(directory, "journal.jsonl");
        try
        {
            blue.SetSysctl(s_rmem.Name, "4096 8192 16384");
            using var registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
            var store = new SysctlStore(registry);
            var place = registry.Find(blue.Name)!;
            using (var journal = new Journal(path, TimeProvider.System, NullLogger.Instance))
            {
                var (old, wanted) = (TunableValue.Parse("4096 8192 16384"), TunableValue.Parse("4096 8192 32768"));
                var number = journal.Intent("test", new Proposal(s_rmem, place, old, wanted, "growth", "evidence"), old, wanted);
                store.Update(s_rmem, place, _ => wanted);
                journal.Outcome(number, wanted, null);
            }

            OwnThread.WithPrivateMounts(() =>
            {
                OwnThread.MakeReadOnly(directory);
                using var journal = new Journal(path, TimeProvider.System, NullLogger.Instance);
                Assert.Null(journal.Problem);
                Assert.Throws<JournalException>(() => Intent(journal, 5));
                var entry = Assert.Single(new Rollback(journal, store, registry, () => [], NullLogger.Instance).Run());
                Assert.Equal(RollbackOutcome.Restored, entry.Outcome);
                Assert.Contains("read-only file system", journal.Problem!, StringComparison.Ordinal);
            });
            Assert.Equal("4096 8192 16384", blue.Sysctl(s_rmem.Name));

            // It was not written down; doing it again finds it done.
            using var again = new Journal(path, TimeProvider.System, NullLogger.Instance);
            Assert.Equal(RollbackOutcome.Unchanged, Assert.Single(new Rollback(again, store, registry, () => [], NullLogger.Instance).Run()).Outcome);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void FillUp(string directory)
    {
        OwnThread.MountSmall(directory, 64 * 1024);
        var log = new LineLogger();
        var path = Path.Combine(directory, "journal.jsonl");
        using (var journal = new Journal(path, TimeProvider.System, log))
        {
            Change(journal, 1);
            Fill(Path.Combine(directory, "ballast"));
            var written = 1;
            var failure = Assert.Throws<JournalException>(() =>
            {
                for (var i = 2; i < 1000; i++)
                {
                    Intent(journal, i);
                    written = i;
                    journal.Outcome(journal.State.Trails.Single().Pending!.Seq, TunableValue.Of(4096, 8192, i), null);
                }
            });
            Assert.Contains("No space left on device", failure.Message, StringComparison.Ordinal);
            Assert.InRange(written, 1, 100);
            Assert.Throws<JournalException>(() => Intent(journal, 5000));
            Assert.Single(log.From(LogLevel.Warning));

            // Every line of the file is whole, and what was promised before the disk filled is there.
            Assert.All(File.ReadAllLines(path), line => Assert.EndsWith("}", line, StringComparison.Ordinal));
            Assert.Equal("4096 8192 0", journal.State.Trails.Single().Original);

            File.Delete(Path.Combine(directory, "ballast"));
            Change(journal, 6000);
            Assert.Contains("works again", log.From(LogLevel.Information).Last(), StringComparison.Ordinal);
        }

        using var again = new Journal(path, TimeProvider.System, log);
        Assert.Equal(("4096 8192 0", "4096 8192 6000"), (again.State.Trails.Single().Original, again.State.Trails.Single().Last));
    }

    /// <summary>Takes all that is left but for what is free in the last page of the journal.</summary>
    private static void Fill(string path)
    {
        using var ballast = File.Create(path, bufferSize: 1);
        var page = new byte[4096];
        try
        {
            for (var i = 0; i < 1000; i++)
                ballast.Write(page);
            Assert.Fail("the disk did not fill up");
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    private static void Change(Journal journal, int max) =>
        journal.Outcome(Intent(journal, max), TunableValue.Of(4096, 8192, max), null);

    private static long Intent(Journal journal, int max)
    {
        var old = TunableValue.Parse(journal.State.Trails.FirstOrDefault()?.Last ?? "4096 8192 0");
        var wanted = TunableValue.Of(4096, 8192, max);
        return journal.Intent("test", new Proposal(s_rmem, s_place, old, wanted, "growth", "evidence"), old, wanted);
    }
}
