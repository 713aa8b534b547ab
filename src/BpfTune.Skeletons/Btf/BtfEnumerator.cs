namespace BpfTune.Skeletons.Btf;

/// <summary>A named value of an enum.</summary>
/// <param name="Name">The name in C.</param>
/// <param name="Bits">The value's 64 bits as bpftool printed it: sign-extended only if BTF knows the enum to be signed.</param>
internal readonly record struct BtfEnumerator(string Name, ulong Bits);
