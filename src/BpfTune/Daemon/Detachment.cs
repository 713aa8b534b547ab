using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Daemon;

/// <summary>
/// Going into the background. A .NET process cannot fork, so the command starts itself anew, waits until that process
/// says that it is ready (as a service manager would), and leaves. Until then the new process keeps the terminal, so
/// that whatever keeps it from starting is seen, and Ctrl-C reaches it.
/// </summary>
internal static class Detachment
{
    private const string Marker = "BPFTUNE_DETACHED";

    /// <summary>Whether this process is the one that goes into the background; asking forgets it.</summary>
    internal static bool IsChild()
    {
        var marked = Environment.GetEnvironmentVariable(Marker) is not null;
        Environment.SetEnvironmentVariable(Marker, null);
        return marked;
    }

    /// <summary>Starts the process that stays and waits until it is ready or has failed.</summary>
    /// <returns>0 when it is ready; else the exit code that it ended with.</returns>
    internal static int Start(IReadOnlyList<string> arguments)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bpftune-start-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var ready = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        ready.Bind(new UnixDomainSocketEndPoint("\0" + name));

        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        // Run by `dotnet bpftune.dll` rather than by its own executable.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[Marker] = "1";
        start.Environment["NOTIFY_SOCKET"] = "@" + name;
        using var child = Process.Start(start)!;
        return WaitAsync(ready, child).GetAwaiter().GetResult();
    }

    /// <summary>Leaves terminal, session and directory.</summary>
    /// <param name="keepStandardError">Leave standard error as it is: somebody wants the log there.</param>
    internal static void LeaveTerminal(bool keepStandardError)
    {
        if (Interop.NewSession() < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot begin a session of its own");
        Directory.SetCurrentDirectory("/");
        using var nothing = Nothing();
        var descriptor = (int)nothing.DangerousGetHandle();
        var left = new HashSet<(ulong, ulong)>();
        for (var fd = 0; fd <= (keepStandardError ? 1 : 2); fd++)
        {
            if (Interop.Identity(fd) is { } identity)
                left.Add(identity);
            if (Interop.Duplicate(descriptor, fd, 0) < 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot let go of descriptor {fd}");
        }

        if (keepStandardError && Interop.Identity(2) is { } kept)
            left.Remove(kept);
        LetGo(left, descriptor);
    }

    /// <summary>
    /// The runtime made duplicates of the three descriptors when it started. They would keep whoever reads the other
    /// end of a pipe waiting for as long as the daemon lives.
    /// </summary>
    private static void LetGo(HashSet<(ulong, ulong)> left, int nothing)
    {
        if (Interop.Identity(nothing) is { } identity)
            left.Remove(identity);
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            // The listing's own descriptor is among them, and gone by now.
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var fd) && fd > 2
                && Interop.Identity(fd) is { } found && left.Contains(found))
                _ = Interop.Duplicate(nothing, fd, Interop.OpenCloseOnExec);
        }
    }

    private static SafeFileHandle Nothing()
    {
        var fd = Interop.Open("/dev/null", Interop.OpenReadWrite | Interop.OpenCloseOnExec, 0);
        return fd < 0
            ? throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot open /dev/null")
            : new SafeFileHandle(fd, ownsHandle: true);
    }

    private static async Task<int> WaitAsync(Socket ready, Process child)
    {
        using var stop = new CancellationTokenSource();
        var exit = child.WaitForExitAsync(stop.Token);
        var buffer = new byte[4096];
        while (true)
        {
            var message = ready.ReceiveAsync(buffer, stop.Token).AsTask();
            if (await Task.WhenAny(exit, message).ConfigureAwait(false) == exit)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                // Ended by a signal: 128 and its number, as a shell would say; never 0, since it is not running.
                return child.ExitCode == 0 ? ExitCode.Failed : child.ExitCode;
            }

            var lines = Encoding.UTF8.GetString(buffer, 0, await message.ConfigureAwait(false)).Split('\n');
            if (lines.Contains("READY=1"))
            {
                await stop.CancelAsync().ConfigureAwait(false);
                return ExitCode.Done;
            }
        }
    }
}
