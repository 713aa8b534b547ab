namespace BpfTune.Engine.Control;

/// <summary>
/// A request: one JSON object on one line. The daemon answers with one line, <c>{"ok":true,"result":…}</c> or
/// <c>{"ok":false,"error":"bad_request","message":"…"}</c>, and closes the connection.
/// </summary>
/// <param name="Query">
/// <c>status</c>, <c>tuners</c>, <c>tunables</c>, <c>changes</c>, <c>summary</c>, <c>namespaces</c>,
/// <c>advice</c>, <c>rollback_preview</c>; commands: <c>resume</c>, <c>apply</c>, <c>ignore</c>, <c>rollback</c>.
/// </param>
/// <param name="Tuner">For <c>tuners</c> and <c>tunables</c> (optional) and <c>resume</c>.</param>
/// <param name="Namespace">For <c>resume</c> (optional).</param>
/// <param name="Limit">For <c>changes</c> (optional).</param>
public sealed record ControlRequest(string Query, string? Tuner = null, string? Namespace = null, int? Limit = null)
{
    /// <summary>For <c>advice</c>: whether what is ignored is listed too.</summary>
    public bool? All { get; init; }

    /// <summary>For <c>apply</c> and <c>ignore</c>: ids of advice.</summary>
    public IReadOnlyList<string>? Ids { get; init; }
}
