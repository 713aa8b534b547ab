using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.CSharp;
using BpfTune.Skeletons.Elf;
using BpfTune.Skeletons.Model;

namespace BpfTune.Skeletons;

/// <summary>From an object file to the text of its skeleton.</summary>
internal static class Generator
{
    /// <exception cref="SkeletonException">No skeleton can be made of this object.</exception>
    public static string Generate(Options options)
    {
        ElfFile elf = ElfFile.Read(options.ObjectPath);
        if (!elf.HasSection(".BTF"))
            throw new SkeletonException(ErrorCode.NoBtf, "the object has no BTF; compile it with -g, and strip it with 'llvm-strip -g', not plain 'strip'");

        BtfTypes types = Bpftool.Dump(options.Bpftool, options.ObjectPath);
        SkeletonModel model = ModelBuilder.Build(elf, types, options.ClassName);
        return SkeletonWriter.Write(model, options);
    }
}
