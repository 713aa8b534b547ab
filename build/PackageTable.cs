using System.Globalization;

/// <summary>What was made and how large it is, for a person.</summary>
internal static class PackageTable
{
    /// <summary>The table's lines.</summary>
    public static IEnumerable<string> Of(IEnumerable<(PackageFormat Format, IReadOnlyList<PackageFile> Packages)> made)
    {
        yield return "";
        yield return $"{"Package",-58}{"Size",12}{"Installed",14}";
        foreach (var (format, packages) in made)
        {
            yield return new string('-', 84);
            foreach (var package in packages)
                yield return $"{Path.GetFileName(package.File),-58}{Kilobytes(package.Bytes),12}{Kilobytes(package.Installed),14}";
            yield return $"{format.Name + ", together",-58}{Kilobytes(packages.Sum(package => package.Bytes)),12}{Kilobytes(packages.Sum(package => package.Installed)),14}";
        }
    }

    private static string Kilobytes(long bytes) => ((bytes + 1023) / 1024).ToString("N0", CultureInfo.InvariantCulture) + " KiB";
}
