using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Tuners.Tests.TcpBuffer;

// synack has a typed twin, of no use to a counter that runs on any kernel.
public sealed class DeclarationTests() : DeclarationContract(new TcpBufferTuner(), 6, "bpftune_synack_tb");
