using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BpfTune.Cli.LiveTests;

public sealed class PrivilegeTests : IDisposable
{
    private readonly Command _command = new();

    public PrivilegeTests() => Command.Require();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-D")]
    public void A_user_is_told_which_capability_is_missing(string arguments)
    {
        var (code, error) = RunAsNobody(arguments);

        Assert.Equal(ExitCode.Unsupported, code);
        Assert.Equal("bpftune: the capabilities CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are missing: run bpftune as root, or grant them\n", error);
        Assert.False(Path.Exists(_command.RuntimeDirectory));
    }

    [Fact]
    public void A_user_cannot_put_values_back()
    {
        var (code, error) = RunAsNobody("rollback");

        Assert.Equal(ExitCode.Unsupported, code);
        Assert.Equal("bpftune: only root can put values back; try sudo\n", error);
    }

    [Fact]
    public void A_user_is_not_let_in_by_the_control_socket()
    {
        using var daemon = new RunningDaemon(_command);
        Assert.Equal(ExitCode.Done, _command.Run("status").Code);

        var (code, error) = RunAsNobody("status");

        Assert.Equal(ExitCode.Unsupported, code);
        Assert.Contains("only root may talk to the daemon", error, StringComparison.Ordinal);
        daemon.Signal(PosixSignal.SIGTERM);
    }

    private (int Code, string Error) RunAsNobody(string arguments)
    {
        // The directory above must be open to nobody too: it is the test's own.
        File.SetUnixFileMode(
            Path.GetDirectoryName(_command.RuntimeDirectory)!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var start = new ProcessStartInfo("setpriv") { RedirectStandardError = true };
        foreach (var word in $"--reuid=65534 --regid=65534 --clear-groups {Command.Executable} {arguments} --runtime-dir {_command.RuntimeDirectory} --state-dir {_command.StateDirectory}".Split(' ', StringSplitOptions.RemoveEmptyEntries))
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(Command.Patience));
        return (process.ExitCode, error);
    }
}
