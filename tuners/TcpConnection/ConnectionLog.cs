using Microsoft.Extensions.Logging;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>Log lines of tcp_conn: event ids 8100 to 8199.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(8100, LogLevel.Information, "a connection to {Remote} in {Where} had to send {Lost} of {Sent} segments again under {Algorithm}: such connections are switched to bbr")]
    internal static partial void Switched(ILogger logger, RemoteKey remote, string where, uint lost, uint sent, string algorithm);

    [LoggerMessage(8101, LogLevel.Debug, "another connection to {Remote} in {Where} is switched to bbr: {Lost} of {Sent} segments sent again under {Algorithm}")]
    internal static partial void SwitchedAgain(ILogger logger, RemoteKey remote, string where, uint lost, uint sent, string algorithm);

    [LoggerMessage(8102, LogLevel.Warning, "lossy connections are not switched to bbr: {Reason}; they stay as slow as their congestion control makes them")]
    internal static partial void CannotSwitch(ILogger logger, string reason);

    [LoggerMessage(8110, LogLevel.Information, "connections to {Remote} in {Where} get {Algorithm} from now on; costs (connections): {Costs}")]
    internal static partial void Prefers(ILogger logger, RemoteKey remote, string where, string algorithm, string costs);

    [LoggerMessage(8111, LogLevel.Debug, "connections to {Remote} in {Where} get {Algorithm} from now on; costs (connections): {Costs}")]
    internal static partial void PrefersAgain(ILogger logger, RemoteKey remote, string where, string algorithm, string costs);

    [LoggerMessage(8120, LogLevel.Debug, "this kernel does not have the congestion control {Algorithm}, or may not load it")]
    internal static partial void Absent(ILogger logger, string algorithm);

    [LoggerMessage(8121, LogLevel.Debug, "the kernel has no room to note down what to do for {Subject}")]
    internal static partial void NoRoom(ILogger logger, string subject);

    [LoggerMessage(8122, LogLevel.Warning, "the kernel has no room to note down namespace inode {Inode}: connections there, and in others like it, keep the congestion control that their namespace has by default")]
    internal static partial void NoRoomForNamespace(ILogger logger, uint inode);

    [LoggerMessage(8130, LogLevel.Debug, "a connection to {Remote} in {Where} under {Algorithm}: round trip {Rtt:0} of at least {MinRtt:0} us, {Rate:0} of at most {MaxRate:0} bytes/s, cost now {Cost:0.00}")]
    internal static partial void Learned(ILogger logger, RemoteKey remote, string where, string algorithm, double rtt, double minRtt, double rate, double maxRate, double cost);
}
