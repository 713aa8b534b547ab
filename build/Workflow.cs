/// <summary>
/// What runs on GitHub for each change: all tests once, and none skipped; the package tests in each distribution's own image, of its own format;
/// and the kernel matrix one kernel at a time. The file in the repository is written from here, and a test sees that it says the same.
/// </summary>
internal static class Workflow
{
    /// <summary>Where the file is, below the repository.</summary>
    public const string Path = ".github/workflows/ci.yml";

    /// <summary>The images of the package tests (tests/integration/images/pulled), and the format that each installs.</summary>
    public static IReadOnlyDictionary<string, string> Distributions { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal) { ["archlinux"] = "arch", ["debian"] = "deb", ["fedora"] = "rpm" };

    /// <summary>The kernels of the matrix, as <c>--kernels</c> takes them.</summary>
    public static IReadOnlyList<string> Kernels { get; } = ["5.10", "6.1", "6.12", "7.2"];

    /// <summary>The file's text.</summary>
    public static string Text { get; } =
        $$$"""
        # Written by './build.sh Workflows' from build/Workflow.cs: change it there.
        name: ci

        on:
          push:
            branches: [main]
          pull_request:

        permissions:
          contents: read

        concurrency:
          group: ${{ github.workflow }}-${{ github.ref }}
          cancel-in-progress: true

        jobs:
          test:
            runs-on: ubuntu-latest
            timeout-minutes: 60
            steps:
              - uses: actions/checkout@v5
              - run: sudo env BPFTUNE_REQUIRE_LIVE=1 ./build.sh Test
              - uses: actions/upload-artifact@v6
                if: always()
                with:
                  name: test-results
                  path: artifacts/test-results

          packages:
            runs-on: ubuntu-latest
            timeout-minutes: 45
            strategy:
              fail-fast: false
              matrix:
                include:
        {{{string.Join('\n', Distributions.Select(pair => $"          - {{ distribution: {pair.Key}, format: {pair.Value} }}"))}}}
            steps:
              - uses: actions/checkout@v5
              - run: sudo env BPFTUNE_REQUIRE_LIVE=1 BPFTUNE_IMAGES=pulled BPFTUNE_DISTRIBUTIONS=${{ matrix.distribution }} ./build.sh PackageTest --format ${{ matrix.format }}
              - uses: actions/upload-artifact@v6
                if: always()
                with:
                  name: packages-${{ matrix.distribution }}
                  path: |
                    artifacts/packages
                    artifacts/test-results

          kernels:
            runs-on: ubuntu-latest
            timeout-minutes: 45
            strategy:
              fail-fast: false
              matrix:
                # In quotes: 5.10 is not 5.1.
                kernel: [{{{string.Join(", ", Kernels.Select(kernel => $"'{kernel}'"))}}}]
            steps:
              - uses: actions/checkout@v5
              - run: sudo env BPFTUNE_REQUIRE_LIVE=1 ./build.sh KernelTest --kernels ${{ matrix.kernel }}
              - uses: actions/upload-artifact@v6
                if: always()
                with:
                  name: kernel-${{ matrix.kernel }}
                  path: artifacts/test-results

        """;
}
