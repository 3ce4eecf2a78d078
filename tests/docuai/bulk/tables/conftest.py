"""One way to put bytes on disk and look at them as a table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.inspecting import inspect_table
from docuai.bulk.tables.shapes import Dialect, TableInspection

Look = Callable[..., TableInspection]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def inspected(name: str, content: bytes, dialect: Dialect | None = None) -> TableInspection:
        place = tmp_path / "table"
        place.write_bytes(content)
        return inspect_table(place, name, dialect)

    return inspected


@pytest.fixture
def refusal(look: Look) -> Callable[..., TableError]:
    def refused(name: str, content: bytes, dialect: Dialect | None = None) -> TableError:
        with pytest.raises(TableError) as found:
            look(name, content, dialect)
        return found.value

    return refused
