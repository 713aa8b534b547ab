using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.TestTuners.Faulty;

[assembly: TunerExport(typeof(FaultyTuner))]

namespace BpfTune.TestTuners.Faulty;

/// <summary>
/// A tuner with a fault; the environment variable BPFTUNE_TEST_FAULT says which. Without it, it cannot even be made.
/// </summary>
internal sealed class FaultyTuner : Tuner
{
    private static int s_made;

    private readonly int _number;
    private readonly string _fault = Environment.GetEnvironmentVariable("BPFTUNE_TEST_FAULT") ?? "constructor";

    public FaultyTuner()
    {
        _number = ++s_made;
        switch (_fault)
        {
            case "constructor":
                throw new InvalidOperationException("no such\nluck");
            case "constructor once" when s_made == 1:
                throw new HostileException();
            case "static":
                Broken.Touch();
                break;
            default:
                break;
        }
    }

    public override string Name => "faulty";

    public override string Summary => _fault == "summary" ? throw new HostileException() : "first line\nsecond line\e[2J";

    public override string? NotNeededBecause(KernelFacts kernel) => _fault == "not needed" ? throw new HostileException() : null;

    public override void Declare(TunerDeclaration declaration)
    {
        if (_fault == "declare")
            throw new HostileException();
    }

    public override IEnumerable<TunerFact> Facts()
    {
        for (var i = 0; ; i++)
        {
            yield return _fault switch
            {
                "facts" => throw new HostileException(),
                "null facts" => null!,
                _ => new TunerFact("number\n", i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            };
        }
    }

    public override IEnumerable<string> Deeds() => _fault == "timer once" ? [$"it was made as number {_number}"] : [];

    public override void OnStopping()
    {
        if (_fault == "stopping")
            throw new HostileException();
    }

    protected override void OnStarted(BpfLoadedObject? bpf)
    {
        switch (_fault)
        {
            case "start once" when s_made == 1:
                throw new HostileException();
            case "start":
                throw new HostileException();
            case "timer once" when s_made == 1:
                Host.After(TimeSpan.FromMilliseconds(200), () => throw new InvalidOperationException("it could not be read this once"));
                break;
            case "timers":
                Again();
                break;
            case "hang":
                Host.After(TimeSpan.FromSeconds(1), static () => Thread.Sleep(Timeout.Infinite));
                break;
            case "overflow":
                Host.After(TimeSpan.FromSeconds(1), () => Deeper(0));
                break;
            default:
                break;
        }
    }

    private void Again() => Host.After(TimeSpan.Zero, Again);

    private static long Deeper(long depth) => Deeper(depth + 1) + depth;

    private static class Broken
    {
        private static readonly int s_value = int.Parse("none", System.Globalization.CultureInfo.InvariantCulture);

        public static void Touch() => _ = s_value;
    }
}
