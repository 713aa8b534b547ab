using BpfTune.Sdk;
using TunerTemplate;
using static TunerTemplate.TunerTemplateBpf;

[assembly: TunerExport(typeof(TunerTemplateTuner))]

namespace TunerTemplate;

/// <summary>Raises net.core.somaxconn when a program that listens is given no longer a queue than that.</summary>
internal sealed class TunerTemplateTuner : Tuner
{
    private static readonly Tunable Limit = new(
        "net.core.somaxconn", TunableScope.Namespace, TunableUnit.Count, "connections that may wait for a program to accept them")
    {
        Bounds = [new ValueRange(1, TunerTemplatePolicy.Ceiling)],
    };

    /// <inheritdoc/>
    public override string Name => "tuner_template";

    /// <inheritdoc/>
    public override string Summary => "length of queues of listening sockets";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(Limit)
        .Hook(new Hook(
            "listen",
            "net.core.somaxconn is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_listen_tb),
            Mechanism.Bpf(ProgramNames.bpftune_listen_rt)))
        .On<listen_event>((ushort)tuner_template_event.TUNER_TEMPLATE_LISTEN, OnListen);

    private void OnListen(in TunerEvent e, in listen_event record)
    {
        if (!Host.TryRead(Limit, e.Namespace, out var value))
            return;

        var wanted = TunerTemplatePolicy.Decide(value[0], record.backlog, Host.LearningRate);
        if (wanted == value[0])
            return;

        // The engine checks bounds and the administrator's own settings, writes, records and logs, and has the kernel hold
        // back events of which nothing can come. With Tunable.Effect it also measures whether a raise helped.
        Host.Submit(in e, new Proposal(
            Limit, e.Namespace, value, TunableValue.Of(wanted), "listen_at_limit", $"a listener got a queue of {record.backlog}, all that is allowed"));
    }
}
