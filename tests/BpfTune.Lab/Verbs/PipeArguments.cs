using System.CommandLine;

namespace BpfTune.Lab.Verbs;

/// <summary>The options that describe a pipe, the same for every verb that makes one.</summary>
internal sealed class PipeArguments
{
    private static readonly PipeOptions s_default = new();

    private readonly Option<double> _delay = new("--delay") { Description = "one-way delay in ms", DefaultValueFactory = _ => s_default.Delay.TotalMilliseconds };
    private readonly Option<double> _loss = new("--loss") { Description = "loss each way in percent" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "seed of the loss", DefaultValueFactory = _ => s_default.Seed };
    private readonly Option<double> _rate = new("--rate") { Description = "rate limit in Mbit/s, 0: none" };
    private readonly Option<long> _queue = new("--queue") { Description = "bytes that may wait for the rate, 0: 100 ms worth" };
    private readonly Option<int> _mtu = new("--mtu") { Description = "largest IP packet in bytes", DefaultValueFactory = _ => s_default.Mtu };
    private readonly Option<int> _capacity = new("--capacity") { Description = "memory per direction in bytes, a power of two", DefaultValueFactory = _ => s_default.Capacity };
    private readonly Option<bool> _noOffload = new("--no-offload") { Description = "no bundles: every packet by itself" };

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_delay, _loss, _seed, _rate, _queue, _mtu, _capacity, _noOffload])
        {
            command.Options.Add(option);
        }
    }

    internal PipeOptions Read(ParseResult parse) => new()
    {
        Delay = TimeSpan.FromMilliseconds(parse.GetValue(_delay)),
        Loss = parse.GetValue(_loss) / 100,
        Seed = parse.GetValue(_seed),
        Rate = (long)(parse.GetValue(_rate) * 1e6),
        QueueLimit = parse.GetValue(_queue),
        Mtu = parse.GetValue(_mtu),
        Capacity = parse.GetValue(_capacity),
        Offload = !parse.GetValue(_noOffload),
    };
}
