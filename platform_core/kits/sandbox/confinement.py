"""What a sandbox child does to itself before it touches hostile input: user, memory, CPU, file size, network.

Parent's death.

Linux only. The network filter allows local sockets (a converter needs them) and refuses every other family; the child
proves it by trying before it says that it is ready. RLIMIT_CPU counts over the life of a process, so its soft limit is
moved before each item.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct
import threading
import time

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # struct seccomp_data, little-endian
X32_BIT = 0x40000000

# machine -> (audit architecture, socket, ptrace); io_uring_setup, 425 everywhere, could open sockets past the filter
SYSCALLS = {"x86_64": (0xC000003E, 41, 101), "aarch64": (0xC00000B7, 198, 117)}
IO_URING_SETUP = 425

libc = ctypes.CDLL(None, use_errno=True)


class NotConfined(Exception):
    """A limit could not be put on; the child must not start."""


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *padded) != 0:
        raise NotConfined(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def become(uid: int, gid: int) -> None:
    """This will give up root for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(parent: int, *, by_signal: bool) -> None:
    """This will end the child when its parent is gone: by signal, and by looking once a second.

    The kernel sends the signal when the *thread* that started the child ends, so it is asked for only if that is the
    main thread.
    """
    if by_signal:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        with contextlib.suppress(OSError):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def limit(memory_bytes: int, file_bytes: int) -> None:
    """This will cap address space and file size, and turn off core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def allow_cpu(seconds: float) -> None:
    """This will let the process use so many more CPU seconds; then the kernel ends it with SIGXCPU."""
    used = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))


def _filter() -> bytes:
    machine = platform.machine()
    if machine not in SYSCALLS:
        raise NotConfined(f"no network filter for {machine}")
    architecture, socket_call, ptrace = SYSCALLS[machine]
    # Each test jumps to "refuse" (second to last) or "allow" (last); offsets count from the next instruction.
    program = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 0, 7, architecture),
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 5, 0, X32_BIT),
        (EQUAL, 4, 0, IO_URING_SETUP),
        (EQUAL, 3, 0, ptrace),
        (EQUAL, 0, 3, socket_call),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (EQUAL, 1, 0, socket.AF_UNIX),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def cut_network() -> None:
    """This will refuse every socket but local ones, for this process and all that it starts.

    Raises NotConfined if it does not hold.
    """
    program = _filter()
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer)))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(header))
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
        except OSError as error:
            if error.errno == errno.EACCES:
                continue
        raise NotConfined(f"a socket of {family.name} could be opened")


def resident_bytes() -> int:
    """This will give the memory the process really holds."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
