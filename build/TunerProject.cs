using System.Xml.Linq;

/// <summary>A tuner's project.</summary>
internal static class TunerProject
{
    private const string Suffix = ".tuner";

    /// <summary>The tuner's name, which is that of its assembly: tcp_buffer of tcp_buffer.tuner.dll.</summary>
    /// <exception cref="InvalidDataException">The project does not name its assembly as a tuner's must be.</exception>
    public static string NameOf(string project)
    {
        var assembly = XDocument.Load(project).Descendants("AssemblyName").Select(element => element.Value).FirstOrDefault() ?? "";
        return assembly.EndsWith(Suffix, StringComparison.Ordinal)
            ? assembly[..^Suffix.Length]
            : throw new InvalidDataException($"{project} should say <AssemblyName>NAME{Suffix}</AssemblyName>");
    }
}
