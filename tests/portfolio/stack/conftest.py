"""A folder that any user may reach: pytest's own is closed, and as root Postgres runs as nobody."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portfolio-stack-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
