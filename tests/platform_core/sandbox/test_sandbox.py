"""Hostile input may kill a child; the parent learns how, and goes on with the next one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_core.kits.sandbox import process
from platform_core.kits.sandbox.pool import Limits, Sandbox, SandboxCrash
from tests.portfolio.stack.deadlines import eventually

HANDLER = "tests.platform_core.sandbox.hostile:handle"
MEGABYTE = 1024 * 1024


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(
        HANDLER, Limits(memory_bytes=400 * MEGABYTE, cpu_seconds=1, wall_seconds=20), config={"font_dir": "x"}
    )
    yield made
    made.close()


def crash_of(sandbox: Sandbox, **request: object) -> str:
    with pytest.raises(SandboxCrash) as caught:
        sandbox.call(request)
    return caught.value.reason


def test_values_bytes_and_settings_arrive_and_the_child_is_kept(sandbox: Sandbox) -> None:
    first = sandbox.call({"op": "echo", "say": "ñ \ud800"}, b"\0abc")
    second = sandbox.call({"op": "echo", "say": None}, b"x" * 3 * MEGABYTE)

    assert first.head["said"] == "ñ \ud800"
    assert first.body == b"\0abc"
    assert first.head["config"] == {"font_dir": "x"}
    assert second.body == b"x" * 3 * MEGABYTE
    assert (first.head["pid"], second.head["calls"]) == (second.head["pid"], 2)


def test_the_child_gets_no_secrets_and_no_django(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")

    said = sandbox.call({"op": "echo"}).head

    assert not [
        name for name in said["environment"] if "DATABASE" in name or "SECRET" in name or "proxy" in name.lower()
    ]
    assert not [name for name in said["modules"] if name.split(".")[0] in ("django", "portfolio")]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK"])
def test_no_socket_leads_out(sandbox: Sandbox, family: str) -> None:
    assert sandbox.call({"op": "connect", "family": family}).head["refused"] == errno.EACCES


def test_a_process_that_the_child_starts_has_no_network_either(sandbox: Sandbox) -> None:
    said = sandbox.call({"op": "connect_from_grandchild"}).head

    assert said["code"] == 1
    assert "PermissionError" in said["said"]


def test_local_sockets_work(sandbox: Sandbox) -> None:
    assert sandbox.call({"op": "connect", "family": "AF_UNIX"}).head["refused"] is None


def test_an_endless_loop_is_ended_by_its_cpu_allowance(sandbox: Sandbox) -> None:
    assert crash_of(sandbox, op="spin") == "cpu"


def test_the_cpu_allowance_is_for_each_item_not_for_the_childs_life(sandbox: Sandbox) -> None:
    pids = {sandbox.call({"op": "burn", "seconds": 0.5}).head["pid"] for _ in range(5)}

    assert len(pids) == 1


def test_a_child_that_lingers_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    sandbox, note = Sandbox(HANDLER, Limits(wall_seconds=0.5)), tmp_path / "note"
    os.chmod(tmp_path, 0o777)

    reason = crash_of(sandbox, op="sleep", note=str(note))

    assert reason == "wall"
    pids = [int(pid) for pid in note.read_text().split()]
    eventually(lambda: not any(is_alive(pid) for pid in pids), "all are gone", seconds=2)  # the kernel takes its time


def test_memory_beyond_the_limit_is_refused(sandbox: Sandbox) -> None:
    assert crash_of(sandbox, op="eat", bytes=600 * MEGABYTE) == "memory"


def test_a_child_that_ends_by_itself_leaves_its_last_words(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxCrash) as caught:
        sandbox.call({"op": "die"})

    assert (caught.value.reason, caught.value.detail) == ("exit", "last words")
    assert sandbox.call({"op": "echo"}).head["calls"] == 1


def test_stray_prints_do_not_break_the_stream(sandbox: Sandbox) -> None:
    assert sandbox.call({"op": "shout"}).head == {"ok": True}
    assert sandbox.call({"op": "echo"}).head["calls"] == 2


def test_a_file_larger_than_the_limit_is_not_written(sandbox: Sandbox) -> None:
    small = Sandbox(HANDLER, Limits(file_bytes=MEGABYTE))

    assert crash_of(small, op="write", bytes=2 * MEGABYTE) == "exit"


def test_replies_before_a_crash_arrive_and_tell_which_item_it_was(sandbox: Sandbox) -> None:
    seen = []

    with pytest.raises(SandboxCrash) as caught:
        for reply in sandbox.stream({"op": "rows", "rows": [1, 2, -3, 4]}):
            seen.append(reply.head["number"])

    assert (seen, caught.value.reason) == ([1, 2], "killed")
    assert [reply.head["number"] for reply in sandbox.stream({"op": "rows", "rows": [4, 5]})] == [4, 5]


def test_a_reader_that_stops_early_does_not_leave_old_replies_behind(sandbox: Sandbox) -> None:
    for reply in sandbox.stream({"op": "rows", "rows": [1, 2, 3]}):
        assert reply.head["number"] == 1
        break

    assert sandbox.call({"op": "echo", "say": "fresh"}).head["said"] == "fresh"


def test_a_child_is_replaced_after_its_items() -> None:
    sandbox = Sandbox(HANDLER, Limits(items=3))
    calls = [sandbox.call({"op": "echo"}).head["calls"] for _ in range(5)]
    sandbox.close()

    assert calls == [1, 2, 3, 1, 2]


def test_a_child_that_grows_is_replaced() -> None:
    sandbox = Sandbox(HANDLER, Limits(growth_bytes=50 * MEGABYTE))
    pids = [sandbox.call({"op": "hold", "bytes": 30 * MEGABYTE}).head["pid"] for _ in range(3)]
    sandbox.close()

    assert pids[0] == pids[1] != pids[2]


def test_threads_share_the_children_and_wait_for_a_free_one() -> None:
    sandbox, pids = Sandbox(HANDLER, children=2), []

    def ask() -> None:
        for _ in range(20):
            pids.append(sandbox.call({"op": "echo"}).head["pid"])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sandbox.close()

    assert len(pids) == 120
    assert len(set(pids)) <= 2


def test_a_fork_uses_children_of_its_own(sandbox: Sandbox) -> None:
    mine = sandbox.call({"op": "echo"}).head["pid"]
    reading, writing = os.pipe()
    fork = os.fork()
    if fork == 0:
        os.write(writing, str(sandbox.call({"op": "echo"}).head["pid"]).encode())
        sandbox.close()
        os._exit(0)
    os.waitpid(fork, 0)
    theirs = int(os.read(reading, 20))

    assert theirs != mine
    assert sandbox.call({"op": "echo"}).head["pid"] == mine


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import sys, time, threading; from platform_core.kits.sandbox.pool import Sandbox\n"
        f"sandbox = Sandbox({HANDLER!r})\n"
        "pid = sandbox.call({'op': 'echo'}).head['pid']\n"
        f"busy = {{'op': 'sleep', 'note': {str(tmp_path / 'pids')!r}}}\n"
        "threading.Thread(target=lambda: sandbox.call(busy)).start()\n"
        f"time.sleep(.5); open({str(note)!r}, 'w').write(str(pid)); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=process.ROOT)
    child = int(wait_for(lambda: note.exists() and note.read_text()))

    parent.kill()
    parent.wait()

    wait_for(lambda: not is_alive(child))


def test_a_handler_that_cannot_be_loaded_is_told() -> None:
    with pytest.raises(SandboxCrash) as caught:
        Sandbox("tests.platform_core.sandbox.nowhere:handle").call({})

    assert caught.value.reason == "start"
    assert "nowhere" in caught.value.detail


def test_the_child_does_not_start_where_a_socket_can_be_opened() -> None:
    script = (
        "from platform_core.kits.sandbox import confinement\n"
        "confinement._filter = lambda: __import__('struct').pack('<HBBI', 6, 0, 0, confinement.ALLOW)\n"
        "confinement.cut_network()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=process.ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "NotConfined: a socket of AF_INET could be opened" in done.stderr


@pytest.mark.parametrize(
    ("machine", "architecture", "socket_call"), [("x86_64", 0xC000003E, 41), ("aarch64", 0xC00000B7, 198)]
)
def test_the_filter_has_the_numbers_of_each_machine(machine: str, architecture: int, socket_call: int) -> None:
    """Numbers: Linux include/uapi/linux/audit.h, arch/x86/entry/syscalls/syscall_64.tbl.

    Include/uapi/asm-generic/unistd.h.
    """
    script = (
        "import platform, json; platform.machine = lambda: " + repr(machine) + "\n"
        "from platform_core.kits.sandbox import confinement as c; import struct\n"
        "print(json.dumps([list(i) for i in struct.iter_unpack('<HBBI', c._filter())]))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=process.ROOT, capture_output=True, text=True, check=True)
    constants = [instruction[3] for instruction in json.loads(done.stdout) if instruction[0] == 0x15]

    assert constants[0] == architecture
    assert socket_call in constants


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_becomes_nobody_where_nobody_can_read_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.fail("this test needs a python3 that everybody may run in /usr/bin or /usr/local/bin")
    root = open_copy_of_the_code()
    monkeypatch.setattr(process, "ROOT", root)
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(process, "_needed_places", lambda: [Path(python), root])
    process.unprivileged_user.cache_clear()
    sandbox = Sandbox(HANDLER)

    said = sandbox.call({"op": "echo"}).head
    reasons = [crash_of(sandbox, op="die"), sandbox.call({"op": "connect", "family": "AF_INET"}).head["refused"]]

    sandbox.close()
    process.unprivileged_user.cache_clear()
    shutil.rmtree(root.parent)
    assert said["uid"] == 65534
    assert reasons == ["exit", errno.EACCES]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice")
def test_a_closed_home_keeps_the_current_user_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(process, "_needed_places", lambda: [closed])
    process.unprivileged_user.cache_clear()

    users = [process.unprivileged_user(), process.unprivileged_user()]

    process.unprivileged_user.cache_clear()
    assert users == [None, None]
    assert [record.message for record in caplog.records] == ["sandbox.runs_as_root"]


def test_folders_of_killed_parents_are_swept_and_those_of_living_ones_stay() -> None:
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    left, living = (Path(tempfile.mkdtemp(prefix=f"{process.FOLDER}{pid}-")) for pid in (dead.pid, os.getpid()))

    process.sweep.cache_clear()
    process.sweep()

    assert (left.exists(), living.exists()) == (False, True)
    living.rmdir()


def open_copy_of_the_code() -> Path:
    root = Path(tempfile.mkdtemp(dir="/tmp")) / "code"
    for folder in ("platform_core/kits/sandbox", "tests/platform_core/sandbox"):
        shutil.copytree(process.ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("platform_core", "platform_core/kits", "tests", "tests/platform_core"):
        (root / package / "__init__.py").touch()
    for path in [root.parent, *root.parent.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return root


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition: object) -> str:
    assert callable(condition)
    for _ in range(200):
        if found := condition():
            return str(found)
        time.sleep(0.05)
    pytest.fail("did not happen in ten seconds")


def test_killing_the_child_between_calls_costs_nothing(sandbox: Sandbox) -> None:
    pid = sandbox.call({"op": "echo"}).head["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not sandbox._idle[0].fit())

    assert sandbox.call({"op": "echo"}).head["calls"] == 1
