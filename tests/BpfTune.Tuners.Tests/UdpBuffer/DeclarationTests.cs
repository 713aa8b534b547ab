using BpfTune.Tuners.UdpBuffer;

namespace BpfTune.Tuners.Tests.UdpBuffer;

public sealed class DeclarationTests() : DeclarationContract(new UdpBufferTuner(), 3);
