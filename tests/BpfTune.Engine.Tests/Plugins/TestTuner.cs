namespace BpfTune.Engine.Tests.Plugins;

/// <summary>The assemblies of tests/TestTuners.</summary>
internal static class TestTuner
{
    internal static byte[] First => Read("First");

    internal static byte[] Second => Read("Second");

    internal static byte[] Faulty => Read("Faulty");

    private static byte[] Read(string name)
    {
        using var stream = typeof(TestTuner).Assembly.GetManifestResourceStream("tuners/" + name)
            ?? throw new InvalidOperationException($"The test tuner {name} is not embedded.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
