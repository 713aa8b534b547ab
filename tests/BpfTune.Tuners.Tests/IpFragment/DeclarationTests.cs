using BpfTune.Tuners.IpFragment;

namespace BpfTune.Tuners.Tests.IpFragment;

public sealed class DeclarationTests() : DeclarationContract(new IpFragmentTuner(), 2);
