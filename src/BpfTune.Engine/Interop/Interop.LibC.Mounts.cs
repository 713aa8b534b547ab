using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>File systems and mounts.</summary>
    internal static unsafe partial class Mounts
    {
        internal const long CgroupTwoMagic = 0x63677270; // CGROUP2_SUPER_MAGIC

        internal const long ReadOnlyFlag = 1; // ST_RDONLY

        private const int CloseOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
        private const int CommandCreate = 6; // FSCONFIG_CMD_CREATE
        private const int NoSetUserId = 2; // MOUNT_ATTR_NOSUID
        private const int NoDevices = 4; // MOUNT_ATTR_NODEV
        private const int NoExecute = 8; // MOUNT_ATTR_NOEXEC

        // New system calls have one number on all architectures. glibc wraps these from 2.36 on only.
        private const nint SysFsOpen = 430;
        private const nint SysFsConfig = 431;
        private const nint SysFsMount = 432;

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int fstatfs(SafeFileHandle file, out FileSystemStatistics result);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int statfs(string path, out FileSystemStatistics result);

        [LibraryImport("libc", SetLastError = true)]
        private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

        /// <summary>
        /// Mounts a file system nowhere: it is reached through the descriptor alone and vanishes with it, whatever way
        /// the process ends. Null, with the errno, when the kernel refuses.
        /// </summary>
        internal static SafeFileHandle? MountDetached(ReadOnlySpan<byte> zeroTerminatedType, out int errno)
        {
            fixed (byte* type = zeroTerminatedType)
            {
                using var context = Handle(syscall(SysFsOpen, (nint)type, CloseOnExec, 0, 0, 0), out errno);
                if (context is null)
                    return null;
                if (syscall(SysFsConfig, context.DangerousGetHandle(), CommandCreate, 0, 0, 0) < 0)
                {
                    errno = Marshal.GetLastPInvokeError();
                    return null;
                }

                return Handle(
                    syscall(SysFsMount, context.DangerousGetHandle(), CloseOnExec, NoSetUserId | NoDevices | NoExecute, 0, 0), out errno);
            }
        }

        private static SafeFileHandle? Handle(nint result, out int errno)
        {
            errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            return result < 0 ? null : new SafeFileHandle(result, ownsHandle: true);
        }

        /// <summary>struct statfs of x86-64 and arm64.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 120)]
        internal struct FileSystemStatistics
        {
            [FieldOffset(0)] internal long Type;
            [FieldOffset(80)] internal long Flags;
        }
    }
}
