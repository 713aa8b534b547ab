namespace BpfTune.LibBpf;

/// <summary>Finds the line that matters in what libbpf and the kernel's verifier print.</summary>
internal static class VerifierLog
{
    private const string LogBegin = "-- BEGIN PROG LOAD LOG --";
    private const string LogEnd = "-- END PROG LOAD LOG --";

    // What kernel/bpf/verifier.c prints at the end of every log, of a good program too.
    private static readonly string[] s_statistics =
        ["processed ", "verification time ", "stack depth ", "mark_precise:", "last_idx ", "parent ", "regs="];

    /// <summary>The verifier's log out of libbpf's lines; null when the kernel was not asked or said nothing.</summary>
    internal static string? Extract(IEnumerable<string> libbpfLines)
    {
        string? log = null;
        foreach (var text in libbpfLines)
        {
            var begin = text.IndexOf(LogBegin, StringComparison.Ordinal);
            if (begin < 0)
                continue;
            begin += LogBegin.Length;
            var end = text.IndexOf(LogEnd, begin, StringComparison.Ordinal);
            log = (end < 0 ? text[begin..] : text[begin..end]).Trim('\n');
        }

        return log;
    }

    /// <summary>
    /// The last line that states a reason: neither statistics, nor an instruction, nor a register state, nor a line of
    /// source. A log with nothing else gives its last line that is not statistics.
    /// </summary>
    internal static string? LastUsefulLine(string? log)
    {
        if (log is null)
            return null;

        string? fallback = null;
        var lines = log.Split('\n');
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || IsStatistics(line))
                continue;
            if (!IsTrace(line))
                return line;
            fallback ??= line;
        }

        return fallback;
    }

    /// <summary>The program that a line of libbpf's is about: "libbpf: prog 'NAME': failed to load: -3".</summary>
    internal static string? ProgramOf(string line) => QuotedAfter(line, "prog '");

    /// <summary>The map that a line of libbpf's is about: "libbpf: map 'NAME': failed to create: …".</summary>
    internal static string? MapOf(string line) => QuotedAfter(line, "map '");

    private static string? QuotedAfter(string line, string prefix)
    {
        const string Libbpf = "libbpf: ";
        var start = line.StartsWith(Libbpf, StringComparison.Ordinal) ? Libbpf.Length : 0;
        if (string.CompareOrdinal(line, start, prefix, 0, prefix.Length) != 0)
            return null;
        start += prefix.Length;
        var end = line.IndexOf('\'', start);
        return end > start ? line[start..end] : null;
    }

    private static bool IsStatistics(string line)
    {
        foreach (var prefix in s_statistics)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static bool IsTrace(string line) =>
        line[0] == ';'
        || IsInstruction(line)
        || IsRegisterState(line)
        || (line.StartsWith("from ", StringComparison.Ordinal) && line.Contains(" to ", StringComparison.Ordinal))
        || line.StartsWith("caller", StringComparison.Ordinal)
        || line.StartsWith("returning from callee", StringComparison.Ordinal)
        || line.StartsWith("to caller at", StringComparison.Ordinal)
        || line.StartsWith("func#", StringComparison.Ordinal)
        || line.StartsWith("Live regs", StringComparison.Ordinal)
        || line == "Validating" || (line.StartsWith("Validating ", StringComparison.Ordinal) && line.EndsWith("...", StringComparison.Ordinal));

    // "12: (79) r1 = *(u64 *)(r1 +0)" and, since 5.18, "12: R1=ctx(off=0,imm=0) R10=fp0".
    private static bool IsInstruction(string line)
    {
        var i = 0;
        while (i < line.Length && char.IsAsciiDigit(line[i]))
            i++;
        return i > 0 && i < line.Length && line[i] == ':';
    }

    // "R0=inv0 R10=fp0", "R1_w=scalar()", but not "R1 type=scalar expected=ctx" nor "R0 !read_ok".
    private static bool IsRegisterState(string line)
    {
        if (line[0] != 'R' || line.Length < 3 || !char.IsAsciiDigit(line[1]))
            return false;
        var i = 1;
        while (i < line.Length && (char.IsAsciiLetterOrDigit(line[i]) || line[i] == '_'))
            i++;
        return i < line.Length && line[i] == '=';
    }
}
