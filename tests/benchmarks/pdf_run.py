"""PDF run of 1,000 distinct two-page contracts, end to end: request, rows, workers, checks, storage, ZIP over HTTP.

Peer: two processes that do nothing but typst, on the same rows, same PDF standards, in turns. Must: 0.5 of its speed.
Aim: 0.65. The same bytes must come out of both. Ours reads the text of each page and checks it (docuai/engines/text_check.py);
what that takes of the run's time is told apart.
"""

import hashlib
import json
import time
from collections.abc import Iterator

from docuai.engines import fonts, reading, text_check
from docuai.engines.prefilling import prefill
from docuai.engines.services import RenderOptions
from docuai.engines.typst_engine import prefix_for
from docuai.library import services as library
from platform_core.kits.tenancy.scope import tenant
from tests.benchmarks import cast
from tests.benchmarks.bench import Bench, python
from tests.benchmarks.measuring import in_turns, ratio
from tests.benchmarks.peers import PROCESSES, Peers, written
from tests.benchmarks.results import Bound, Figure, shown

ROWS = 1000
CHECKED = 100


def run(bench: Bench) -> Iterator[Figure]:
    """This will measure the run against the raw loop, and the text check by itself."""
    rows, folder = bench.size(ROWS), bench.folder("pdf")
    cast.wait_until_quiet()
    organization, client = cast.made_organization("bench-pdf"), cast.signed_in()
    version = cast.published(organization, "employment-contract")
    with tenant(organization.pk):
        source = library.source_of(version=version)
    options = RenderOptions(document_date=cast.TODAY.isoformat())
    main = prefix_for(options) + source.sources[source.language_for({}, "")].decode()
    command = python("tests.benchmarks.peer_typst", str(fonts.font_dir()), str(written(folder, "main.typ", main)))
    archives: dict[int, bytes] = {}
    hashes: dict[int, list[str]] = {}

    def ours(number: int) -> float:
        seconds, archives[number] = cast.end_to_end(client, organization, version, cast.contracts(number * ROWS, rows))
        return rows / seconds

    with Peers(command) as peers:

        def peer(number: int) -> float:
            filled = [
                prefill(row, schema=source.schema, options=options, language="")
                for row in cast.contracts(number * ROWS, rows)
            ]
            file = written(folder, f"{number}.jsonl", cast.lines_of(filled))
            seconds, parts = peers.work(rows=str(file), date=options.document_date)
            hashes[number] = [parts[n % PROCESSES][n // PROCESSES] for n in range(rows)]
            return rows / seconds

        ours(-1), peer(-1)  # both warm: children started, fonts read, source compiled
        found = in_turns({"ours": ours, "typst loop": peer}, rounds=bench.rounds, say=bench.say)

    for number in range(bench.rounds):
        documents = list(cast.documents_in(archives[number], ".pdf").values())
        same = [hashlib.sha256(document).hexdigest() for document in documents] == hashes[number]
        assert same, f"round {number}: ours and the loop's are not the same bytes"
    documents = list(cast.documents_in(archives[0], ".pdf").values())
    share, milliseconds, pages = checked(documents, cast.contracts(0, rows), found["ours"][0])
    value = ratio(found["ours"], found["typst loop"])
    yield Figure(
        "PDF run, of a raw Typst loop",
        value,
        f"{shown(value)} of the loop: {shown(max(found['ours']))} documents/s against {shown(max(found['typst loop']))}",
        f"{rows:,} distinct {pages}-page contracts (PDF/A-3a, PDF/UA-1) from the request to the last byte of the ZIP, "
        f"{bench.rounds} rounds in turns with two processes of typst alone on the same rows; same bytes",
        Bound(0.5),
        Bound(0.65),
        values=json.loads(json.dumps(found)),
    )
    yield Figure(
        "text check, share of the PDF run",
        share,
        f"{shown(share * 100)} % ({shown(milliseconds)} ms a document), part of the run and of the ratio above",
        f"{CHECKED} of these documents: the text of every page read out of the PDF, tags and damaged characters looked for, "
        f"the names of its row found in it",
    )


def checked(documents: list[bytes], rows: cast.Rows, rate: float) -> tuple[float, float, int]:
    """This will give the text check's share of the run's time, its milliseconds a document, and the pages of one."""
    pages, _ = reading.pages_and_text(documents[0], with_text=True)  # the library is loaded
    chosen = list(zip(documents, rows, strict=True))[:CHECKED]
    begin = time.perf_counter()
    for document, row in chosen:
        _, text = reading.pages_and_text(document, with_text=True)
        text_check.check(text or "", row, frozenset({("employee", "name")}))
    seconds = (time.perf_counter() - begin) / len(chosen)
    return seconds * rate / PROCESSES, seconds * 1000, pages
