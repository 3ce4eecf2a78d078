"""What the Linux kernel is asked for: children that end with their parent, and how to know a process again.

Nothing here knows what the processes do. A parent-death signal belongs to the *thread* that started the child, so
children are started from a thread that lives as long as they should (the supervisor's main thread).
"""

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """This will ask the kernel to send ``signal_number`` to the calling process when its parent's thread ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def child_setup(signal_number: int, *, nice: int = 0) -> Callable[[], None]:
    """This will return a ``preexec_fn``: end with the parent, and give way to others by ``nice``.

    It runs after ``Popen(user=…)`` has changed the user, which would have cleared the signal.
    """
    parent = os.getpid()

    def setup() -> None:
        die_with_parent(signal_number)
        if os.getppid() != parent:  # the parent ended between fork and prctl
            os._exit(1)
        if nice:
            os.nice(nice)

    return setup


def start_ticks(pid: int) -> int | None:
    """This will return when ``pid`` was started, in clock ticks since boot: with the pid it names one process for good.

    None where no such process exists or it is a zombie.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def boot_id() -> str:
    """This will return what tells this run of the machine from the one before: process ids start anew with it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def members_of_group(group: int) -> list[int]:
    """This will list the living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if fields[0] not in "ZX" and int(fields[2]) == group:
            found.append(int(entry.name))
    return found
