using System.Diagnostics;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;

namespace BpfTune.Containers.Tests;

/// <summary>The stand-in says to the engine what the package would.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] s_command = ["sh", "-c", "echo \"a  b\" $x", ""];

    [Fact]
    public async Task A_container_is_run_asked_and_removed()
    {
        using var engine = new EngineScript("if [ $1 = run ]; then echo 0123abc; fi");
        var builder = new ContainerBuilder("image:1").WithPrivileged(true).WithEnvironment("A", "b c");
        await using (var container = builder.WithBindMount("/here", "/there", AccessMode.ReadOnly).WithTmpfsMount("/run").WithCommand("/sbin/init", "x y").Build())
        {
            await container.StartAsync(TestContext.Current.CancellationToken);
            Assert.Equal("0123abc", container.Id);
            await container.ExecAsync(s_command, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [
                "[run][--detach][--privileged][--env][A=b c][--volume][/here:/there:ro][--tmpfs][/run][image:1][/sbin/init][x y]",
                "[exec][0123abc][sh][-c][echo \"a  b\" $x][]",
                "[rm][--force][--time][0][--volumes][0123abc]",
            ],
            engine.Calls);
    }

    [Fact]
    public async Task A_builder_stays_as_it_is_and_not_privileged_is_the_default()
    {
        using var engine = new EngineScript("echo id");
        var plain = new ContainerBuilder("image");
        _ = plain.WithPrivileged(true).WithCommand("x");
        await using var container = plain.WithPrivileged(false).Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["[run][--detach][image]"], engine.Calls);
    }

    [Fact]
    public async Task Docker_is_not_told_podmans_words()
    {
        using var engine = new EngineScript("echo id", "docker");
        await using (var container = new ContainerBuilder("image").Build())
            await container.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("[rm][--force][--volumes][id]", engine.Calls[^1]);
    }

    [Fact]
    public async Task What_a_command_answers_comes_back_whole()
    {
        using var engine = new EngineScript("if [ $1 = run ]; then echo id; exit; fi; if [ $1 = rm ]; then exit; fi; seq 100000; seq 100000 >&2; exit 3");
        await using var container = new ContainerBuilder("image").Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        var result = await container.ExecAsync(s_command, TestContext.Current.CancellationToken);
        Assert.Equal(3, result.ExitCode);
        Assert.EndsWith("\n100000\n", result.Stdout, StringComparison.Ordinal);
        Assert.Equal(result.Stdout, result.Stderr);
    }

    [Fact]
    public async Task A_container_that_does_not_start_says_why_and_leaves_nothing_to_remove()
    {
        using var engine = new EngineScript("echo 'no such image' >&2; exit 125");
        await using (var container = new ContainerBuilder("image").Build())
        {
            var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => container.StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains("no such image", exception.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => container.Id);
        }

        Assert.Single(engine.Calls);
    }

    [Fact]
    public async Task A_container_that_cannot_be_removed_is_no_secret()
    {
        using var engine = new EngineScript("if [ $1 = rm ]; then echo 'it is busy' >&2; exit 1; fi; echo id");
        var container = new ContainerBuilder("image").Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => container.DisposeAsync().AsTask());
        Assert.Contains("it is busy", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_given_up_does_not_go_on()
    {
        using var engine = new EngineScript("if [ $1 = exec ]; then exec sleep 60; fi; echo id");
        await using var container = new ContainerBuilder("image").Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => container.ExecAsync(s_command, patience.Token));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);
    }
}
