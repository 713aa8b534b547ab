using System.Globalization;
using System.Reflection;
using System.Text;
using CsCheck;

namespace BpfTune.Fuzz.Tests;

/// <summary>
/// Runs one property for a bounded time: two seconds, or as many as BPFTUNE_FUZZ_SECONDS says. The seed of a failure is in
/// its message and in artifacts/fuzz/NAME.seeds, from where every later run tries it first.
/// </summary>
internal static class Fuzz
{
    private const int UsualSeconds = 2;

    private static readonly int s_seconds =
        int.TryParse(Environment.GetEnvironmentVariable("BPFTUNE_FUZZ_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : UsualSeconds;

    private static readonly string s_directory =
        typeof(Fuzz).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "FailureDirectory").Value!;

    /// <summary>Bytes of any kind, and good ones that were spoilt.</summary>
    internal static Gen<byte[]> Bytes(params byte[][] samples) => Gen.OneOf(
        Gen.Byte.Array[0, 600],
        Gen.Select(Gen.Int[0, samples.Length - 1].Select(which => samples[which]), Gen.Select(Gen.Int[0, 6], Gen.Int[0, int.MaxValue], Gen.Byte).Array[1, 6], Spoil));

    /// <summary>The same as text.</summary>
    internal static Gen<string> Text(params string[] samples) => Gen.OneOf(
        Gen.Char[' ', '~'].Array[0, 200].Select(chars => new string(chars)),
        Bytes([.. samples.Select(sample => Encoding.UTF8.GetBytes(sample))]).Select(bytes => Encoding.UTF8.GetString(bytes)));

    /// <summary>Tries what failed before, then new ones.</summary>
    internal static void Run<T>(string name, Gen<T> inputs, Action<T> property, Func<T, string>? print = null)
    {
        var kept = Path.Combine(s_directory, name + ".seeds");
        foreach (var seed in File.Exists(kept) ? File.ReadAllLines(kept) : [])
            inputs.Sample(property, seed: seed, iter: 1, threads: 1, print: print);
        try
        {
            inputs.Sample(property, time: s_seconds, threads: 1, print: print);
        }
        catch (CsCheckException failure)
        {
            Directory.CreateDirectory(s_directory);
            if (SeedOf(failure.Message) is { } seed)
                File.AppendAllLines(kept, [seed]);
            throw;
        }
    }

    // "Set seed: "0N0XIzNsQ0O2" or -e CsCheck_Seed=…"
    private static string? SeedOf(string message) => message.Split('"') is [_, var seed, ..] && seed.All(char.IsLetterOrDigit) ? seed : null;

    private static byte[] Spoil(byte[] sample, (int Kind, int Where, byte Value)[] steps)
    {
        var bytes = sample;
        foreach (var (kind, where, value) in steps)
        {
            if (bytes.Length == 0)
                break;
            var at = where % bytes.Length;
            var length = Math.Min(value + 1, bytes.Length - at);
            bytes = kind switch
            {
                0 => [.. bytes[..at], (byte)(bytes[at] ^ (1 << (value & 7))), .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
                2 => [.. bytes[..at], value, .. bytes[at..]],
                3 => bytes[..at],
                4 => [.. bytes[..at], .. bytes[(at + length)..]],
                5 => [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]],
                _ => [.. bytes[..at], .. new byte[length], .. bytes[(at + length)..]],
            };
        }

        return bytes;
    }
}
