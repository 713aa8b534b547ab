using BpfTune.Engine.Control;
using BpfTune.Engine.Loop;
using BpfTune.Sdk;

namespace BpfTune.Engine.Plugins;

/// <summary>What a tuner says of itself, as it can be shown: whatever it throws, and however long it goes on.</summary>
public static class TunerAnswers
{
    /// <summary>More would not be read, and a sequence may be endless.</summary>
    private const int MostFacts = 200;

    /// <summary>What it tunes, on one line.</summary>
    public static string Summary(Tuner tuner)
    {
        try
        {
            return FaultText.OneLine(tuner.Summary);
        }
        catch (Exception e)
        {
            // A tuner that cannot say what it is may work all the same.
            return $"its summary cannot be had: {FaultText.Of(e)}";
        }
    }

    /// <summary>Why this kernel does not need it; null when it does. What it throws is the caller's to handle.</summary>
    public static string? NotNeededBecause(Tuner tuner, KernelFacts kernel) =>
        tuner.NotNeededBecause(kernel) is { } reason ? FaultText.OneLine(reason) : null;

    /// <summary>What it has learned.</summary>
    public static IReadOnlyList<FactReport> Facts(Tuner tuner)
    {
        var facts = new List<FactReport>();
        try
        {
            foreach (var fact in tuner.Facts().Take(MostFacts))
                facts.Add(new FactReport(FaultText.OneLine(fact.Name), FaultText.OneLine(fact.Value)));
        }
        catch (Exception e)
        {
            // A question must not stop a tuner, nor a tuner's fault the answer about the others.
            facts.Add(new FactReport("its facts cannot be had", FaultText.Of(e)));
        }

        return facts;
    }

    /// <summary>What it did other than by proposals.</summary>
    public static IReadOnlyList<string> Deeds(Tuner tuner)
    {
        var deeds = new List<string>();
        try
        {
            foreach (var deed in tuner.Deeds().Take(MostFacts))
                deeds.Add(FaultText.OneLine(deed));
        }
        catch (Exception e)
        {
            // A question must not stop a tuner.
            deeds.Add($"what it did cannot be had: {FaultText.Of(e)}");
        }

        return deeds;
    }

    /// <summary>That it failed, and how.</summary>
    public static string Failed(Exception e) => $"it failed: {FaultText.Of(e)}";
}
