"""Whether the database must be migrated, without loading Django: a fingerprint of all migrations, kept in the database.

The fingerprint is the database's comment, so it is always as old as the data: a restored backup is migrated again.
"""

import hashlib
from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from portfolio.stack.database import create_everything, wait_until_ready
from portfolio.stack.places import APPS, ROOT
from portfolio.stack.postgres import Postgres

READ = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"


class Database:
    """The stack's database: of our own server, or of one named by ``DATABASE_URL``."""

    def __init__(self, environment: Mapping[str, str], server: Postgres | None) -> None:
        self.server = server
        self.app_url = environment["DATABASE_URL"]
        self.owner_url = environment.get("DATABASE_OWNER_URL", "")

    def prepare(self, *, alive: Callable[[], bool]) -> None:
        """This will wait for the server; on our own, make roles, extensions and database where they are missing."""
        if self.server is None:
            wait_until_ready(self.app_url, alive=alive).close()
            return
        password = psycopg.conninfo.conninfo_to_dict(self.app_url)["password"]
        url = self.server.url(password=str(password))
        with wait_until_ready(url, alive=alive) as administrator:
            done = administrator.execute("SELECT 1 FROM pg_database WHERE datname = 'portfolio'").fetchone()
            if not done or self._stored() is None:
                create_everything(administrator, database="portfolio", password=str(password))

    def must_migrate(self) -> bool:
        """Whether migrations have changed since the last time. False where we may not migrate (no owner's address)."""
        return bool(self.owner_url) and self._stored() != fingerprint()

    def note_migrated(self) -> None:
        """This will keep the fingerprint of what has just been migrated."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            name = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(fingerprint())))

    def _stored(self) -> str | None:
        with psycopg.connect(self.app_url, autocommit=True) as connection:
            row = connection.execute(READ).fetchone()
        return str(row[0]) if row and row[0] else None


def fingerprint() -> str:
    """This will return a fingerprint of our migrations and of the installed packages, which bring their own."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for file in sorted(file for app in APPS for file in (ROOT / app).rglob("migrations/*.py")):
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return f"migrated {digest.hexdigest()}"
