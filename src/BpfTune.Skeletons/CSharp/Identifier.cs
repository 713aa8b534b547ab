using System.Globalization;

namespace BpfTune.Skeletons.CSharp;

/// <summary>C names as C# identifiers. They stay as they are in C, so that one search finds a name on both sides.</summary>
internal static class Identifier
{
    // The contextual ones are legal in most places; escaped, they are legal in all.
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte",
        "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof",
        "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
        "allows", "await", "dynamic", "extension", "field", "file", "global", "managed", "nint", "notnull", "nuint", "partial", "record",
        "required", "scoped", "unmanaged", "var", "where", "yield",
    ];

    /// <summary>Whether the text, escaped if need be, is an identifier.</summary>
    public static bool IsValid(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => c == '_' || char.IsLetter(c) || char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber);

    /// <summary>The identifier as it is written in source.</summary>
    public static string Escape(string name) => Keywords.Contains(name) ? "@" + name : name;
}
