namespace BpfTune.Vm.Guest;

/// <summary>One mechanism of one hook, forced: all the hook's other mechanisms were forbidden.</summary>
/// <param name="Tuner">The tuner's name.</param>
/// <param name="Hook">The hook's name.</param>
/// <param name="Mechanism">As listings show it: 'fentry tcp_sndbuf_expand'.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">What was observed, or why not, in a sentence.</param>
public sealed record Cell(string Tuner, string Hook, string Mechanism, CellOutcome Outcome, string Detail);
