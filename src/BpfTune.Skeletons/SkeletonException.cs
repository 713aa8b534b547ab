namespace BpfTune.Skeletons;

/// <summary>An object for which no skeleton can be made; <see cref="Exception.Message"/> is one line that says why.</summary>
internal sealed class SkeletonException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public string Code { get; } = code;
}
