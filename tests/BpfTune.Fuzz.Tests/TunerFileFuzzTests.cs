using System.Runtime.InteropServices;
using BpfTune.Engine.Plugins;
using BpfTune.Tuners.RouteTable;

namespace BpfTune.Fuzz.Tests;

/// <summary>Tuner files that were cut short, damaged, or are something else.</summary>
public sealed class TunerFileFuzzTests
{
    private static readonly byte[] s_tuner = File.ReadAllBytes(typeof(RouteTableTuner).Assembly.Location);

    [Fact]
    public void Any_file_is_a_tuner_or_is_refused_in_words() =>
        Fuzz.Run("tuner_file", Fuzz.Bytes(s_tuner, s_tuner[..1024]), bytes =>
        {
            var reason = TunerMetadata.WhyNot(bytes, Architecture.X64, out _);
            Assert.True(reason is null || reason.Length > 0);
            Assert.True(reason is null || !reason.Contains('\n', StringComparison.Ordinal));
        }, bytes => $"{bytes.Length} bytes");

    [Fact]
    public void Any_name_is_a_tuners_or_is_not() => Fuzz.Run("tuner_name", Fuzz.Text("tcp_buffer.tuner.dll", "tcp_buffer_tuner.so"), name =>
    {
        if (TunerName.TryFromFile(name, out var tuner) && TunerName.IsValid(tuner))
            Assert.All(tuner, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'));
    });
}
