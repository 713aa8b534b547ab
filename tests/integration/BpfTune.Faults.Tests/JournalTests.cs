using System.Text.Json;
using BpfTune.Daemon.LiveTests;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Lab;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Faults.Tests;

/// <summary>
/// The journal of a daemon that was killed, damaged at every byte: whatever is lost, no value is ever put back that was not
/// the first one, and damage does not pass for a journal that has nothing to say.
/// </summary>
public sealed class JournalTests
{
    private const string Settings = "net.ipv4.tcp_rmem net.ipv4.tcp_wmem net.ipv4.tcp_max_syn_backlog net.ipv4.ipfrag_high_thresh net.ipv6.ip6frag_high_thresh";

    private static readonly string[] s_names = Settings.Split(' ');

    [Fact]
    public void Torn_and_flipped_at_every_offset_it_leads_to_no_value_but_the_first()
    {
        Suite.Require();
        const string kind = "journal damaged, every offset";
        using var left = new Remains();
        using var registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);

        Campaign.Run(kind, seed => left.Try(Campaign.RandomOf(kind, seed), seed, copy =>
        {
            using var journal = new Journal(copy, TimeProvider.System, NullLogger.Instance);
            Assert.Null(journal.Problem);
            var entries = new Rollback(journal, new SysctlStore(registry), registry, () => s_names, NullLogger.Instance).Run();
            return entries.Any(entry => entry.Outcome == RollbackOutcome.Damaged);
        }), Enumerable.Range(Campaign.Seed, Remains.Ways * left.Journal.Length));
    }

    [Fact]
    public void The_command_reports_damage_and_fails()
    {
        Suite.Require();
        using var left = new Remains();
        Campaign.Run("journal damaged, the command", random => left.Try(random, random.Next(), copy =>
        {
            File.Copy(copy, left.Rig.Journal, overwrite: true);
            var result = left.Rig.TryAsk("rollback");
            var isDamaged = result.Error.Contains("is damaged", StringComparison.Ordinal);
            Assert.True(result.ExitCode == 0 || result is { ExitCode: 1, Error.Length: > 0 }, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
            Assert.True(!isDamaged || result.ExitCode == 1, $"exit code {result.ExitCode} in spite of damage: {result.Error}");
            return isDamaged;
        }));
    }

    /// <summary>What a daemon left that was killed: its journal, and settings that are not as they were.</summary>
    private sealed class Remains : IDisposable
    {
        /// <summary>At every byte it is torn, or flipped, or something else.</summary>
        public const int Ways = 3;

        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-faults-");
        private readonly Dictionary<string, string> _first;
        private readonly Dictionary<string, string> _last;

        /// <summary>Of each setting, how long the journal is with the line in which its last value was announced.</summary>
        private readonly Dictionary<string, int> _announced = [];

        public Remains()
        {
            Rig = new Rig { Variables = { ["BPFTUNE_TEST_CHANGES"] = "8" } };
            _first = Read();
            Rig.Plug("restless", Rig.Read("Restless"));
            Rig.Start();
            Rig.WaitUntil(() => File.Exists(Rig.Journal) && File.ReadLines(Rig.Journal).Count(line => line.Contains("\"applied\"", StringComparison.Ordinal)) >= 8, "eight changes");
            Rig.Daemon!.Kill();
            _last = Read();
            Journal = File.ReadAllBytes(Rig.Journal);
            for (int start = 0, end; start < Journal.Length; start = end)
            {
                end = Array.IndexOf(Journal, (byte)'\n', start) + 1;
                var line = JsonDocument.Parse(Journal.AsMemory(start, end - start)).RootElement;
                if (line.GetProperty("kind").GetString() == "intent")
                    _announced[line.GetProperty("tunable").GetString()!] = end;
            }

            Assert.All(s_names, name => Assert.NotEqual(_first[name], _last[name]));
            Assert.Equal(s_names.Length, _announced.Count);
        }

        public Rig Rig { get; }

        public byte[] Journal { get; }

        /// <summary>One damage, one rollback.</summary>
        /// <param name="random">For what the number leaves open.</param>
        /// <param name="number">Which damage, and where: as many numbers as <see cref="Ways"/> times bytes leave none out.</param>
        /// <param name="rollBack">Puts back from a copy; tells whether damage was reported.</param>
        public void Try(Random random, int number, Func<string, bool> rollBack)
        {
            // As far apart as can be, so that a short campaign sees a bit of everything.
            var damage = number % Ways < Ways - 1 ? (Damage)(number % Ways) : (Damage)random.Next(Ways - 1, Enum.GetValues<Damage>().Length);
            var at = (int)((long)(number / Ways) * 7919 % Journal.Length);
            var length = Math.Min(random.Next(1, 400), Journal.Length - at);
            byte[] bytes = damage switch
            {
                Damage.Torn => Journal[..at],
                Damage.Flipped => [.. Journal[..at], (byte)(Journal[at] ^ (1 << random.Next(8))), .. Journal[(at + 1)..]],
                Damage.Zeros => [.. Journal[..at], .. new byte[length], .. Journal[(at + length)..]],
                Damage.CutOut => [.. Journal[..at], .. Journal[(at + length)..]],
                _ => [.. Journal[..(at + length)], .. Journal[at..]],
            };
            var context = $"{damage} at {at} of {Journal.Length} bytes, {length} bytes";
            var place = Directory.CreateDirectory(Path.Combine(_directory.FullName, "copy"));
            try
            {
                var copy = Path.Combine(place.FullName, "journal.jsonl");
                File.WriteAllBytes(copy, bytes);
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.SetUnixFileMode(place.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                Put(_last);
                var isReported = rollBack(copy);
                Judge(Read(), damage, at, length, isReported, context);
            }
            finally
            {
                place.Delete(recursive: true);
            }
        }

        public void Dispose()
        {
            Rig.Dispose();
            _directory.Delete(recursive: true);
        }

        private void Judge(Dictionary<string, string> now, Damage damage, int at, int length, bool isReported, string context)
        {
            foreach (var name in s_names)
            {
                Assert.True(now[name] == _first[name] || now[name] == _last[name], $"{name} is '{now[name]}', which was neither first nor last; {context}");

                // What is all there is put back, whatever is missing after it.
                if (damage == Damage.Torn && at >= _announced[name])
                    Assert.True(now[name] == _first[name], $"{name} was not put back; {context}");
            }

            // A last line that is cut short is normal, and of whole lines cut off nothing is left to tell.
            var isTail = damage == Damage.Torn ? at > 0 : damage == Damage.CutOut && at + length == Journal.Length && at > 0;
            // Whole lines that are there twice cost nothing.
            if (!isTail && (damage != Damage.Repeated || s_names.Any(name => now[name] != _first[name])))
                Assert.True(isReported, $"damage that nobody was told of; {context}");
        }

        private Dictionary<string, string> Read() => Rig.Own.Run(() => s_names.ToDictionary(name => name, Sysctl.Read));

        private void Put(Dictionary<string, string> values) => Rig.Own.Run(() =>
        {
            foreach (var (name, value) in values)
                Sysctl.Write(name, value);
        });
    }
}
