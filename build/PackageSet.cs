/// <summary>Which packages there are to be.</summary>
internal static class PackageSet
{
    /// <summary>What is missing, or too much; null if nothing is.</summary>
    /// <param name="format">The format.</param>
    /// <param name="tuners">The names of the tuners in the repository.</param>
    /// <param name="made">What was made.</param>
    public static string? Difference(PackageFormat format, IEnumerable<string> tuners, IEnumerable<PackageFile> made)
    {
        var wanted = format.Packages(tuners);
        var present = made.Select(package => package.Name).ToList();
        string[] faults =
        [
            .. wanted.Except(present).Select(name => $"{name} is missing"),
            .. present.Except(wanted).Select(name => $"{name} is too much"),
            .. present.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => $"{group.Key} is there {group.Count()} times"),
        ];
        return faults.Length == 0 ? null : string.Join(", ", faults);
    }
}
