using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>Fails the running target with a message.</summary>
public static class Assert
{
    /// <summary>Always fails.</summary>
    [DoesNotReturn]
    public static void Fail(string message, Exception? exception = null) => throw new Exception(message, exception);

    /// <summary>Fails unless the condition holds.</summary>
    public static void True(
        [DoesNotReturnIf(false)] bool condition,
        string? message = null,
        [CallerArgumentExpression(nameof(condition))] string? argumentExpression = null)
    {
        if (!condition)
            throw new ArgumentException(message ?? $"Expected to be true: {argumentExpression}");
    }

    /// <summary>Fails unless there is such a file.</summary>
    public static void FileExists(string path, string? message = null, [CallerArgumentExpression(nameof(path))] string? argumentExpression = null)
    {
        if (!File.Exists(path))
            throw new ArgumentException(message ?? $"Expected file to exist: {path} ({argumentExpression})");
    }
}
