"""pgbouncer for the system tests: found, or installed from Debian; its configuration for one server connection.

It comes as no wheel, so ``make test-system`` alone needs apt, and root or sudo where it is not installed yet.
"""

import os
import shutil
import subprocess
from pathlib import Path

PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
PACKAGE = ("apt-get", "install", "--yes", "--no-install-recommends", "pgbouncer")


class PgbouncerError(Exception):
    """There is no pgbouncer here and it cannot be installed; the message says what to do."""


def find() -> str:
    """This will return the path of pgbouncer, or nothing; it lies where only administrators look by default."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:{PLACES}") or ""


def ensure() -> str:
    """This will return the path of pgbouncer, installed by apt where it is missing; raises PgbouncerError."""
    if found := find():
        return found
    manual = "Install it (apt-get install pgbouncer) and run make test-system again."
    if not shutil.which("apt-get"):
        raise PgbouncerError(f"The system tests need pgbouncer and here is no apt-get. {manual}")
    rights: tuple[str, ...] = ()
    if os.geteuid() != 0:
        rights = ("sudo", "--non-interactive")
        if not shutil.which("sudo") or subprocess.run([*rights, "true"], capture_output=True, check=False).returncode:
            raise PgbouncerError(f"The system tests need pgbouncer; installing it needs root or sudo. {manual}")
    print("Installing pgbouncer by apt", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (PACKAGE, ("apt-get", "update"), PACKAGE):
        done = subprocess.run([*rights, *command], env=environment, capture_output=True, text=True, check=False)
        if found := find():
            return found
    raise PgbouncerError(f"apt could not install pgbouncer: {done.stderr.strip()[-500:]} {manual}")


def write_configuration(folder: Path, *, port: int, server: tuple[str, int], users: tuple[str, ...]) -> Path:
    """This will write the files for a pool of one server connection in transaction mode, in front of every database."""
    (folder / "users.txt").write_text("".join(f'"{user}" ""\n' for user in users))
    file = folder / "pgbouncer.ini"
    file.write_text(
        f"[databases]\n* = host={server[0]} port={server[1]}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder / 'users.txt'}\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nreserve_pool_size = 0\nmax_client_conn = 200\n"
        "ignore_startup_parameters = extra_float_digits\nserver_reset_query =\nlog_connections = 0\n"
        "log_disconnections = 0\n"
    )
    return file
