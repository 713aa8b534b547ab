using System.CommandLine;
using BpfTune.Lab.Verbs;

namespace BpfTune.Lab.Tests;

public sealed class PipeOptionsTests
{
    public static TheoryData<PipeOptions> Bad =>
    [
        new PipeOptions { Delay = TimeSpan.FromMilliseconds(-1) },
        new PipeOptions { Loss = 1 },
        new PipeOptions { Loss = -0.1 },
        new PipeOptions { Rate = -1 },
        new PipeOptions { Mtu = 1279 },
        new PipeOptions { Mtu = 65536 },
        new PipeOptions { Capacity = 3 << 20 },
    ];

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void What_makes_no_pipe_is_refused(PipeOptions options) => Assert.Throws<LabException>(options.Validate);

    [Fact]
    public void The_child_process_is_told_the_same_pipe()
    {
        var options = new PipeOptions
        {
            Delay = TimeSpan.FromMilliseconds(12.5),
            Loss = 0.015,
            Seed = ulong.MaxValue,
            Rate = 2_500_000_000,
            QueueLimit = 123_456,
            Mtu = 9000,
            Offload = false,
            Capacity = 1 << 22,
        };
        var arguments = new PipeArguments();
        Command command = PipeVerb.Create();
        var root = new RootCommand { command };

        ParseResult parsed = root.Parse(PipeProcess.Arguments("a", "b", options));

        Assert.Empty(parsed.Errors);
        var own = new Command("pipe");
        arguments.AddTo(own);
        string[] known = [.. PipeProcess.Arguments("a", "b", options).Except(["pipe", "--a", "a", "--b", "b", "--until-stdin-closes"])];
        Assert.Equal(options, arguments.Read(own.Parse(known)));
    }
}
