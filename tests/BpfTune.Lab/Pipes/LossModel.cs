namespace BpfTune.Lab;

/// <summary>
/// Independent random loss with a seed of its own. It draws how many packets pass until the next loss, so that a
/// packet that passes costs one subtraction.
/// </summary>
internal sealed class LossModel
{
    private readonly double _logOfPass;
    private ulong _state;
    private long _passBeforeLoss;

    internal LossModel(double probability, ulong seed)
    {
        _logOfPass = probability > 0 ? Math.Log(1 - probability) : double.NegativeZero;
        _state = seed;
        _passBeforeLoss = Draw();
    }

    /// <summary>Whether the next packet is lost.</summary>
    internal bool Next()
    {
        if (_passBeforeLoss > 0)
        {
            _passBeforeLoss--;
            return false;
        }

        _passBeforeLoss = Draw();
        return true;
    }

    /// <summary>Passes that many packets if none of them would be lost; else takes none.</summary>
    internal bool TryPass(int packets)
    {
        if (_passBeforeLoss < packets)
        {
            return false;
        }

        _passBeforeLoss -= packets;
        return true;
    }

    private long Draw()
    {
        if (_logOfPass == 0)
        {
            return long.MaxValue;
        }

        // Inverse of the geometric distribution; the uniform number lies in (0, 1].
        double uniform = ((NextUInt64() >> 11) + 1) * (1.0 / (1UL << 53));
        return (long)Math.Min(Math.Log(uniform) / _logOfPass, long.MaxValue / 2);
    }

    // SplitMix64: one multiplication chain, and the same numbers on every machine.
    private ulong NextUInt64()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
