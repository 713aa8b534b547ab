using System.Runtime.InteropServices;
using BpfTune.Engine.Plugins;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerMetadataTests
{
    private static string? WhyNot(byte[] content) => TunerMetadata.WhyNot(content, RuntimeInformation.ProcessArchitecture, out _);

    [Fact]
    public void ATunerIsOne()
    {
        Assert.Null(WhyNot(TestTuner.First));
        Assert.Null(WhyNot(TestTuner.Faulty));
    }

    [Fact]
    public void PlainIlIsNotPrecompiled()
    {
        Assert.Null(TunerMetadata.WhyNot(TestTuner.First, RuntimeInformation.ProcessArchitecture, out var precompiled));
        Assert.False(precompiled);
    }

    [Fact]
    public void GarbageIsNoAssembly()
    {
        var random = new Random(1);
        for (var length = 1; length < 5000; length += 97)
        {
            var garbage = new byte[length];
            random.NextBytes(garbage);
            Assert.Equal("it is not a .NET assembly", WhyNot(garbage));
        }
    }

    [Fact]
    public void EveryTruncationIsNoticed()
    {
        var whole = TestTuner.First;
        for (var length = 2; length < whole.Length; length += 13)
        {
            var reason = WhyNot(whole[..length]);
            Assert.True(
                reason is "it is a damaged assembly, perhaps cut short" || reason == $"it is cut short: {length} of {whole.Length} bytes are there",
                $"{length} of {whole.Length}: {reason}");
        }
    }

    [Fact]
    public void DamageIsRefusedOrHarmlessButNeverThrows()
    {
        var random = new Random(2);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var damaged = TestTuner.First;
            for (var j = 0; j < 8; j++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (WhyNot(damaged) is not null)
                refused++;
        }

        Assert.True(refused > 0, "no damage was ever noticed");
    }

    [Fact]
    public void AnAssemblyWithoutATunerIsNone() =>
        Assert.Equal("it names no tuner (its [assembly: TunerExport] is missing)", WhyNot(File.ReadAllBytes(typeof(Tuner).Assembly.Location)));

    [Fact]
    public void ANativeLibraryIsNamedAsSuch()
    {
        var native = TestTuner.First;
        // Entry 14 of the data directories, the CLR header's, emptied: ECMA-335 II.25.2.3.3.
        var header = BitConverter.ToInt32(native, 0x3c) + 4 + 20;
        var directories = header + (BitConverter.ToUInt16(native, header) == 0x20b ? 112 : 96);
        native.AsSpan(directories + 14 * 8, 8).Clear();
        Assert.Equal("it is a native library, not a .NET assembly", WhyNot(native));
    }

    [Fact]
    public void AnotherInterfaceVersionIsRefused()
    {
        var other = TestTuner.First;
        // The last argument of the attribute: the type's name, then the version as four bytes, then no named arguments.
        var name = "BpfTune.TestTuners.First.SampleTuner"u8;
        var at = other.AsSpan().IndexOf((byte[])[1, 0, (byte)name.Length, .. name]) + 3 + name.Length;
        Assert.Equal(TunerExportAttribute.InterfaceVersion, BitConverter.ToInt32(other, at));
        BitConverter.TryWriteBytes(other.AsSpan(at), 77);
        Assert.Equal(TunerRefusalText.InterfaceVersion(77, TunerExportAttribute.InterfaceVersion), WhyNot(other));
    }

    [Theory]
    [InlineData(0x014c, Architecture.X64, null)] // Plain IL.
    [InlineData(0x014c, Architecture.Arm64, null)]
    [InlineData(0x8664, Architecture.X64, null)]
    [InlineData(0x8664, Architecture.Arm64, "it was built for x86-64, and this machine is arm64")]
    [InlineData(0x8664 ^ 0x7b79, Architecture.X64, null)] // Precompiled for Linux.
    [InlineData(0xaa64 ^ 0x7b79, Architecture.Arm64, null)]
    [InlineData(0xaa64 ^ 0x7b79, Architecture.X64, "it was built for arm64, and this machine is x86-64")]
    [InlineData(0x8664 ^ 0x4644, Architecture.X64, "it was built for another system, and this machine is x86-64")] // macOS
    public void MachineCodeMustBeForThisMachine(ushort header, Architecture machine, string? reason) =>
        Assert.Equal(reason, TunerMetadata.WrongMachine(header, machine));
}
