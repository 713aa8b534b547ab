namespace BpfTune.Lab;

/// <summary>Two namespaces and the pipe between them: a sender and a receiver far away.</summary>
public sealed class LabSite : IDisposable
{
    private LabSite(LabNamespace sender, LabNamespace receiver, LabPipe pipe)
    {
        Sender = sender;
        Receiver = receiver;
        Pipe = pipe;
    }

    /// <summary>End A of the pipe.</summary>
    public LabNamespace Sender { get; }

    /// <summary>End B of the pipe.</summary>
    public LabNamespace Receiver { get; }

    /// <summary>What lies between.</summary>
    public LabPipe Pipe { get; }

    /// <summary>Makes all three.</summary>
    public static LabSite Create(PipeOptions? options = null, PipeKind kind = PipeKind.Auto)
    {
        LabNamespace? sender = null;
        LabNamespace? receiver = null;
        try
        {
            sender = LabNamespace.Create("sender");
            receiver = LabNamespace.Create("receiver");
            return new LabSite(sender, receiver, LabPipe.Create(sender, receiver, options, kind));
        }
        catch
        {
            receiver?.Dispose();
            sender?.Dispose();
            throw;
        }
    }

    /// <summary>The same settings at both ends.</summary>
    public void Apply(TcpSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.ApplyTo(Sender);
        settings.ApplyTo(Receiver);
    }

    /// <summary>One transfer from sender to receiver.</summary>
    public TcpResult Transfer(TcpOptions options) => TcpTransfer.Run(Sender, Receiver, options);

    /// <summary>Text for people: the namespaces' long names become 'sender' and 'receiver'.</summary>
    public string Readable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace(Sender.Name, Sender.Role, StringComparison.Ordinal).Replace(Receiver.Name, Receiver.Role, StringComparison.Ordinal);
    }

    /// <summary>Takes all three away.</summary>
    public void Dispose()
    {
        Pipe.Dispose();
        Receiver.Dispose();
        Sender.Dispose();
    }
}
