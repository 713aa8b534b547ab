using System.Runtime.InteropServices;
using System.Text;
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
        private const int SetFlag = 0; // FSCONFIG_SET_FLAG
        private const int CommandCreate = 6; // FSCONFIG_CMD_CREATE
        private const int CloneTree = 1; // OPEN_TREE_CLONE
        private const int FromEmptyPath = 4; // MOVE_MOUNT_F_EMPTY_PATH
        private const int ToEmptyPath = 0x40; // MOVE_MOUNT_T_EMPTY_PATH
        private const int Detach = 2; // MNT_DETACH
        private const int NoSetUserId = 2; // MOUNT_ATTR_NOSUID
        private const int NoDevices = 4; // MOUNT_ATTR_NODEV
        private const int NoExecute = 8; // MOUNT_ATTR_NOEXEC

        // New system calls have one number on all architectures. glibc wraps these from 2.36 on only.
        private const nint SysOpenTree = 428;
        private const nint SysMoveMount = 429;
        private const nint SysFsOpen = 430;
        private const nint SysFsConfig = 431;
        private const nint SysFsMount = 432;

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int fstatfs(SafeFileHandle file, out FileSystemStatistics result);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int statfs(string path, out FileSystemStatistics result);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int umount2(string target, int flags);

        [LibraryImport("libc", SetLastError = true)]
        private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

        /// <summary>
        /// Mounts a file system nowhere: it is reached through the descriptor alone and vanishes with it, whatever way
        /// the process ends. Null, with the errno, when the kernel refuses.
        /// </summary>
        /// <param name="zeroTerminatedType">The file system's type.</param>
        /// <param name="options">Mount options that are flags, such as nsdelegate.</param>
        /// <param name="errno">Why not.</param>
        internal static SafeFileHandle? MountDetached(ReadOnlySpan<byte> zeroTerminatedType, IEnumerable<string> options, out int errno)
        {
            fixed (byte* type = zeroTerminatedType)
            {
                using var context = Handle(syscall(SysFsOpen, (nint)type, CloseOnExec, 0, 0, 0), out errno);
                if (context is null)
                    return null;
                foreach (var option in options)
                {
                    fixed (byte* key = Encoding.UTF8.GetBytes(option + '\0'))
                    {
                        if (syscall(SysFsConfig, context.DangerousGetHandle(), SetFlag, (nint)key, 0, 0) < 0)
                        {
                            errno = Marshal.GetLastPInvokeError();
                            return null;
                        }
                    }
                }

                if (syscall(SysFsConfig, context.DangerousGetHandle(), CommandCreate, 0, 0, 0) < 0)
                {
                    errno = Marshal.GetLastPInvokeError();
                    return null;
                }

                return Handle(
                    syscall(SysFsMount, context.DangerousGetHandle(), CloseOnExec, NoSetUserId | NoDevices | NoExecute, 0, 0), out errno);
            }
        }

        /// <summary>A second mount of what is mounted already, nowhere as yet; unlike a new one it leaves the file system's own flags alone.</summary>
        internal static SafeFileHandle? CloneDetached(SafeFileHandle root, out int errno)
        {
            fixed (byte* empty = "\0"u8)
                return Handle(syscall(SysOpenTree, root.DangerousGetHandle(), (nint)empty, CloneTree | Files.CloseOnExec | Files.EmptyPath, 0, 0), out errno);
        }

        /// <summary>Puts a mount that is nowhere over a directory. 0, or the errno.</summary>
        internal static int Attach(SafeFileHandle mount, SafeFileHandle directory)
        {
            fixed (byte* empty = "\0"u8)
            {
                return syscall(
                    SysMoveMount, mount.DangerousGetHandle(), (nint)empty, directory.DangerousGetHandle(), (nint)empty, FromEmptyPath | ToEmptyPath) < 0
                    ? Marshal.GetLastPInvokeError()
                    : 0;
            }
        }

        /// <summary>Takes a mount away, whoever still uses it, by its root directory: a path could lead elsewhere by now. 0, or the errno.</summary>
        internal static int Unmount(SafeFileHandle root) =>
            umount2($"/proc/self/fd/{root.DangerousGetHandle()}", Detach) < 0 ? Marshal.GetLastPInvokeError() : 0;

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
