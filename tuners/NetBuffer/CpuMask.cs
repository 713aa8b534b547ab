using System.Globalization;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>A set of CPUs as the kernel prints it: hexadecimal words of 32 bits with commas between them, the highest first.</summary>
internal static class CpuMask
{
    private const int BitsPerWord = 32;

    /// <summary>The set with some CPUs more; null when the text is no such set.</summary>
    public static string? Add(string mask, IEnumerable<int> cpus)
    {
        var texts = mask.Split(',');
        var words = new List<uint>(texts.Length);
        for (var i = texts.Length - 1; i >= 0; i--)
        {
            if (!uint.TryParse(texts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
                return null;
            words.Add(word);
        }

        foreach (var cpu in cpus)
        {
            while (words.Count <= cpu / BitsPerWord)
                words.Add(0);
            words[cpu / BitsPerWord] |= 1u << (cpu % BitsPerWord);
        }

        // Only the highest word is printed without leading zeros, as wide as it was.
        var width = words.Count == texts.Length ? texts[0].Length : 1;
        var highest = words[^1].ToString("x", CultureInfo.InvariantCulture).PadLeft(width, '0');
        return string.Join(',', words.SkipLast(1).Reverse().Select(w => w.ToString("x8", CultureInfo.InvariantCulture)).Prepend(highest));
    }
}
