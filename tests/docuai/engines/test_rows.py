"""Batches: one result a row in order; a row that kills its child is told apart, the rest go on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docuai.engines import children, fonts, services
from docuai.engines.base import EngineError, RenderOptions, VersionSource
from platform_core.kits.sandbox import process
from platform_core.kits.sandbox.pool import Limits, Sandbox

SOURCE = b"""#let row = json("data.json")
#if row.at("poison", default: false) { range(100000000).len() }
#if row.at("bad", default: false) { row.nothing }
#row.name"""
VERSION = VersionSource("typst", {"en": SOURCE})
QUICK = Limits(memory_bytes=700 * 2**20, cpu_seconds=5, wall_seconds=30)


@pytest.fixture(autouse=True)
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    made = Sandbox(children.HANDLER, QUICK, config={"font_dir": str(fonts.font_dir())})
    monkeypatch.setattr(children, "quick", lambda: made)
    yield made
    made.close()


def codes(rows: list[dict[str, Any]]) -> list[str]:
    results = list(services.render_rows(version=VERSION, rows=rows, options=RenderOptions(with_text=True)))
    assert [result.index for result in results] == list(range(len(rows)))
    assert all((result.error is None) != (result.rendered is None) for result in results)
    return [
        str(result.rendered.text).strip() if result.rendered else str(result.error and result.error.code)
        for result in results
    ]


def test_a_poison_row_is_isolated_and_the_others_finish() -> None:
    rows: list[dict[str, Any]] = [{"name": f"n{i}"} for i in range(6)]
    rows[2]["poison"] = rows[4]["poison"] = True
    rows[3]["bad"] = True

    found = codes(rows)

    assert found[:2] + [found[5]] == ["n0", "n1", "n5"]
    assert {found[2], found[4]} <= {"too_much_memory", "too_slow", "engine_crash"}
    assert found[3] == "field_missing"


def test_a_child_killed_from_outside_costs_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    ask = process.Child.ask

    def killing(self: process.Child, request: Any, body: bytes = b"") -> Any:
        for number, reply in enumerate(ask(self, request, body)):
            yield reply
            if number == 1 and not killed:
                killed.append(self.process.pid)
                self.process.kill()

    monkeypatch.setattr(process.Child, "ask", killing)

    assert codes([{"name": f"n{i}"} for i in range(300)]) == [f"n{i}" for i in range(300)]
    assert len(killed) == 1


def test_a_row_that_is_no_plain_json_is_refused() -> None:
    assert codes([{"name": float("nan")}, {"name": "x"}]) == ["row_not_plain", "x"]


def test_one_row_raises_its_error() -> None:
    with pytest.raises(EngineError) as caught:
        services.render_one(version=VERSION, row={"name": "x", "bad": True}, options=RenderOptions())

    assert caught.value.code == "field_missing"


def test_an_unknown_engine_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        services.inspect(engine="wordperfect", sources={"en": b"x"})

    assert caught.value.code == "unknown_engine"


def test_nothing_of_the_engines_is_loaded_by_the_door() -> None:
    script = (
        "import sys; from docuai.engines import services; "
        "heavy = ('typst', 'pypdfium2', 'dxpdf', 'jinja2', 'lxml', 'fontTools', 'segno'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=process.ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
