namespace BpfTune.Sdk;

/// <summary>
/// Pearson's correlation of two quantities, kept as running means and co-moments (Welford's method, which does not lose
/// digits when the values are large and alike). Old samples fade: past <see cref="Window"/> samples each new one weighs
/// as if only that many had been seen.
/// </summary>
public sealed class Correlation
{
    /// <summary>How many samples count at the most.</summary>
    public const int Window = 256;

    private double _meanX;
    private double _meanY;
    private double _sumXX;
    private double _sumYY;
    private double _sumXY;

    /// <summary>Samples seen, at most <see cref="Window"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The coefficient from -1 to 1; 0 while there are fewer than two samples or one quantity does not vary.</summary>
    public double Coefficient
    {
        get
        {
            if (Count < 2 || _sumXX <= 0 || _sumYY <= 0)
                return 0;
            return Math.Clamp(_sumXY / Math.Sqrt(_sumXX * _sumYY), -1, 1);
        }
    }

    /// <summary>Whether enough samples show a correlation above a threshold.</summary>
    public bool IsAbove(double threshold, int minimumSamples = 10) => Count >= minimumSamples && Coefficient > threshold;

    /// <summary>Adds a sample.</summary>
    public void Add(double x, double y)
    {
        if (Count < Window)
        {
            Count++;
        }
        else
        {
            const double keep = (Window - 1) / (double)Window;
            _sumXX *= keep;
            _sumYY *= keep;
            _sumXY *= keep;
        }

        var dx = x - _meanX;
        var dy = y - _meanY;
        _meanX += dx / Count;
        _meanY += dy / Count;
        _sumXX += dx * (x - _meanX);
        _sumYY += dy * (y - _meanY);
        _sumXY += dx * (y - _meanY);
    }

    /// <summary>Forgets all samples.</summary>
    public void Clear()
    {
        Count = 0;
        _meanX = _meanY = _sumXX = _sumYY = _sumXY = 0;
    }
}
