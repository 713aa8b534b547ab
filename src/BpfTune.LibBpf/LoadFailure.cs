namespace BpfTune.LibBpf;

/// <summary>Makes the one exception of a failed load out of libbpf's lines.</summary>
internal static class LoadFailure
{
    /// <summary>
    /// libbpf ends a program's failure with a warning "prog 'NAME': failed to load: …" (as all versions from 1.0 to 1.6
    /// do) and a map's with "map 'NAME': failed to create: …", whatever else it printed before.
    /// </summary>
    internal static BpfException Explain(
        string objectName, int error, List<string> lines, IReadOnlyList<BpfProgramSpec> programs)
    {
        var (program, map) = Culprit(lines, programs);
        var log = VerifierLog.Extract(lines);
        var useful = program is null ? null : VerifierLog.LastUsefulLine(log);
        return ErrorText.Make(
            program is null && map is not null ? BpfOperation.CreateMap : BpfOperation.Load,
            objectName,
            error,
            program?.Name,
            program?.Section,
            map,
            useful,
            Join(lines));
    }

    internal static string? Join(List<string> lines) => lines.Count == 0 ? null : string.Join('\n', lines);

    private static (BpfProgramSpec? Program, string? Map) Culprit(
        List<string> lines, IReadOnlyList<BpfProgramSpec> programs)
    {
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            if (VerifierLog.ProgramOf(lines[i]) is { } name)
            {
                foreach (var program in programs)
                {
                    if (program.Name == name)
                        return (program, null);
                }
            }

            if (VerifierLog.MapOf(lines[i]) is { } map)
                return (null, map);
        }

        return (null, null);
    }
}
