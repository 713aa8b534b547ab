namespace BpfTune.LibBpf.Tests;

/// <summary>The compiled bpf/sample.bpf.c.</summary>
internal static class Sample
{
    internal static byte[] Bytes { get; } = Read();

    internal static BpfObject Open() => BpfObject.Open(Bytes, "sample");

    private static byte[] Read()
    {
        using var stream = typeof(Sample).Assembly.GetManifestResourceStream("bpf/x86_64/sample.bpf.o")
            ?? throw new InvalidOperationException("The test's own BPF object is not embedded.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
