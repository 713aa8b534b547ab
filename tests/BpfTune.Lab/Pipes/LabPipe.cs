using System.Globalization;
using System.Net;

namespace BpfTune.Lab;

/// <summary>A long pipe between two namespaces, by whichever means this kernel has.</summary>
public sealed class LabPipe : IDisposable
{
    private readonly PipeProcess? _process;
    private readonly DelayPipe? _threads;
    private bool _disposed;

    private LabPipe(PipeKind kind, PipeOptions options, PipeProcess? process, DelayPipe? threads)
    {
        Kind = kind;
        Options = options;
        _process = process;
        _threads = threads;
    }

    /// <summary>How the delay comes about; never <see cref="PipeKind.Auto"/>.</summary>
    public PipeKind Kind { get; }

    /// <summary>What was asked for.</summary>
    public PipeOptions Options { get; }

    /// <summary>What the pipe did; null as long as it runs in a process of its own, and always with netem.</summary>
    public PipeStatistics? Statistics => _threads?.Statistics ?? _process?.Statistics;

    /// <summary>One line for people: 'netem' or 'TUN devices', delay, loss.</summary>
    public string Description
    {
        get
        {
            string means = Kind == PipeKind.Netem ? "netem" : "TUN devices";
            string loss = Options.Loss > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Options.Loss:P1} loss each way") : "";
            string rate = Options.Rate > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Options.Rate / 1e6:N0} Mbit/s") : "";
            return string.Create(CultureInfo.InvariantCulture, $"{2 * Options.Delay.TotalMilliseconds:0.#} ms round trip{rate}{loss} (by {means})");
        }
    }

    /// <summary>Joins two namespaces. Both ends have the addresses of <see cref="PipeAddresses"/>.</summary>
    /// <exception cref="LabException">It could not be made.</exception>
    public static LabPipe Create(LabNamespace a, LabNamespace b, PipeOptions? options = null, PipeKind kind = PipeKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        options ??= new PipeOptions();
        options.Validate();
        if (kind == PipeKind.Auto)
        {
            kind = Netem.IsAvailable ? PipeKind.Netem : PipeKind.Process;
        }

        lock (LabLifetime.Gate)
        {
            PipeProcess? process = null;
            DelayPipe? threads = null;
            switch (kind)
            {
                case PipeKind.Netem:
                    Netem.Join(a, b, options);
                    break;
                case PipeKind.Process:
                    process = PipeProcess.Start(a.Name, b.Name, options);
                    break;
                default:
                    threads = DelayPipe.Create(a.Name, b.Name, options);
                    break;
            }

            var pipe = new LabPipe(kind, options, process, threads);
            LabLifetime.Register(pipe);
            return pipe;
        }
    }

    /// <summary>The address of end A.</summary>
    public static IPAddress AddressA(bool ipv6) => ipv6 ? PipeAddresses.A6 : PipeAddresses.A4;

    /// <summary>The address of end B.</summary>
    public static IPAddress AddressB(bool ipv6) => ipv6 ? PipeAddresses.B6 : PipeAddresses.B4;

    /// <summary>Takes the pipe away. (netem's devices go with their namespaces.)</summary>
    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            LabLifetime.Forget(this);
            _process?.Dispose();
            _threads?.Dispose();
        }
    }
}
