using System.Diagnostics;

namespace BpfTune.Skeletons.Tests.Support;

/// <summary>Compiles C for BPF; no header is needed.</summary>
internal static class Clang
{
    private const string Prelude = """
        #define SEC(name) __attribute__((section(name), used))
        #define __uint(name, value) int (*name)[value]
        #define __type(name, value) __typeof__(value) *name
        #define EXPORT(type, name) type *__export_##name SEC(".bss")
        typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
        typedef signed char s8; typedef short s16; typedef int s32; typedef long long s64;
        enum { HASH = 1, ARRAY, PROG_ARRAY, PERF, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH = 9, LRU_PERCPU_HASH, LPM_TRIE,
               ARRAY_OF_MAPS, QUEUE = 22, SK_STORAGE = 24, RINGBUF = 27 };
        char LICENSE[] SEC("license") = "GPL";
        #line 1

        """;

    /// <summary>What CLANG names, as for the build; else the first of clang and its versioned names that PATH has.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("CLANG") is { Length: > 0 } named ? named : new[] { "clang" }.Concat(Enumerable.Range(14, 20).Reverse().Select(version => $"clang-{version}"))
        .SelectMany(_ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), (name, directory) => System.IO.Path.Combine(directory, name))
        .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("the tests need clang on PATH");

    /// <param name="directory">Where the object goes.</param>
    /// <param name="source">C; the prelude's macros are there.</param>
    /// <param name="arguments">In place of those for an object with BTF.</param>
    /// <returns>The object's path.</returns>
    public static string Compile(TestDirectory directory, string source, params string[] arguments)
    {
        string sourcePath = directory.File("test.bpf.c");
        string objectPath = directory.File("test.bpf.o");
        File.WriteAllText(sourcePath, Prelude + source);
        Run(Path, [.. arguments.Length > 0 ? arguments : ["-target", "bpf", "-g", "-O2"], "-Wall", "-Werror", "-c", sourcePath, "-o", objectPath]);
        return objectPath;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Standard output.</returns>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed: {error.GetAwaiter().GetResult()}{output}");
        return output;
    }
}
