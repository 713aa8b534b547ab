using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class DeclarationTests() : DeclarationContract(new NetBufferTuner(), 2);
