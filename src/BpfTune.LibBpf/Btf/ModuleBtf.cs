namespace BpfTune.LibBpf;

/// <summary>The BTF of loaded modules, which stands beside the kernel's own since 5.11.</summary>
internal static unsafe class ModuleBtf
{
    /// <summary>
    /// Whether a module has one of these types, or may have: BTF that cannot be read counts as one that has.
    /// </summary>
    /// <param name="kernel">The kernel's, on which theirs builds.</param>
    /// <param name="wanted">The object's types.</param>
    /// <param name="roots">Which of its roots to look for.</param>
    /// <param name="directory">Where they are.</param>
    internal static bool DeclaresAny(
        BtfData kernel, CoreTypes wanted, IReadOnlyList<int> roots, string directory = "/sys/kernel/btf")
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (Path.GetFileName(path) == "vmlinux")
                    continue;
                using var module = BtfData.Read(path, kernel);
                if (Declares(module, wanted, roots))
                    return true;
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BpfException)
        {
            return true;
        }
    }

    private static bool Declares(BtfData module, CoreTypes wanted, IReadOnlyList<int> roots)
    {
        for (var id = module.FirstId; id < module.EndId; id++)
        {
            var type = module.Type(id);
            if (type->NameOffset == 0)
                continue;
            foreach (var root in roots)
            {
                if (IsSameKind(type->Kind, wanted.Kind(root))
                    && EssentialName.Of(module.Name(type->NameOffset)).SequenceEqual(wanted.Name(root)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsSameKind(BtfKind one, BtfKind other) => one == other
        || (one is BtfKind.Enum or BtfKind.Enum64 && other is BtfKind.Enum or BtfKind.Enum64);
}
