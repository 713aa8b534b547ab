using Microsoft.Extensions.Logging;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>Log lines of tcp_conn: event ids 8100 to 8199.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(8100, LogLevel.Information, "a connection to {Remote} in {Where} had to send {Lost} of {Sent} segments again under {Algorithm} with no queue on the way: such connections are switched to bbr")]
    internal static partial void Switched(ILogger logger, RemoteKey remote, string where, uint lost, uint sent, string algorithm);

    [LoggerMessage(8101, LogLevel.Debug, "another connection to {Remote} in {Where} is switched to bbr: {Lost} of {Sent} segments sent again under {Algorithm}")]
    internal static partial void SwitchedAgain(ILogger logger, RemoteKey remote, string where, uint lost, uint sent, string algorithm);

    [LoggerMessage(8102, LogLevel.Warning, "lossy connections are not switched to bbr: {Reason}; they stay as slow as their congestion control makes them")]
    internal static partial void CannotSwitch(ILogger logger, string reason);

    [LoggerMessage(8110, LogLevel.Information, "connections to {Remote} in {Where} get {Algorithm} from now on: {Why}")]
    internal static partial void Prefers(ILogger logger, RemoteKey remote, string where, string algorithm, string why);

    [LoggerMessage(8111, LogLevel.Debug, "connections to {Remote} in {Where} get {Algorithm} from now on: {Why}")]
    internal static partial void PrefersAgain(ILogger logger, RemoteKey remote, string where, string algorithm, string why);

    [LoggerMessage(8112, LogLevel.Information, "connections to {Remote} in {Where} keep the default from now on: {Why}")]
    internal static partial void PrefersDefault(ILogger logger, RemoteKey remote, string where, string why);

    [LoggerMessage(8113, LogLevel.Debug, "other connections to {Remote} in {Where} keep the default from now on: {Why}")]
    internal static partial void PrefersDefaultAgain(ILogger logger, RemoteKey remote, string where, string why);

    [LoggerMessage(8114, LogLevel.Information, "a connection to {Remote} in {Where} delivered {Rate:0} kB/s under {Algorithm}, below {Enough} kB/s: it is moved back, and nothing is tried there for a day")]
    internal static partial void WentBadly(ILogger logger, RemoteKey remote, string where, uint rate, string algorithm, uint enough);

    [LoggerMessage(8115, LogLevel.Debug, "another connection to {Remote} in {Where} delivered {Rate:0} kB/s under {Algorithm}, below {Enough} kB/s: it is moved back")]
    internal static partial void WentBadlyAgain(ILogger logger, RemoteKey remote, string where, uint rate, string algorithm, uint enough);

    [LoggerMessage(8120, LogLevel.Debug, "this kernel does not have the congestion control {Algorithm}, or may not load it")]
    internal static partial void Absent(ILogger logger, string algorithm);

    [LoggerMessage(8121, LogLevel.Debug, "the kernel has no room to note down what to do for {Subject}")]
    internal static partial void NoRoom(ILogger logger, string subject);

    [LoggerMessage(8122, LogLevel.Warning, "the kernel has no room to note down namespace inode {Inode}: connections there, and in others like it, keep the congestion control that their namespace has by default")]
    internal static partial void NoRoomForNamespace(ILogger logger, uint inode);

    [LoggerMessage(8130, LogLevel.Debug, "a connection to {Remote} in {Where} under {Algorithm}: round trip {Rtt:0} of at least {MinRtt:0} us, {Rate:0} of at most {MaxRate:0} bytes/s; {Clean} losses without a queue, {Queued} with one, {Lost} of {Sent} segments sent again")]
    internal static partial void Learned(
        ILogger logger, RemoteKey remote, string where, string algorithm, double rtt, double minRtt, double rate, double maxRate, uint clean, uint queued, uint lost, uint sent);
}
