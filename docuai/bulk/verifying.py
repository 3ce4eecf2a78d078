"""Verifying a run: stored bytes against their hashes, always; then each document rendered again and compared.

Where the engine has changed since, other bytes are no fault: such documents are counted apart.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from docuai.bulk.models import BulkRun, Document
from docuai.bulk.rendering import render_each
from docuai.bulk.steps import Step, batches, run_of
from docuai.engines import services as engines
from docuai.engines.services import EngineError
from platform_core.files.selectors import MissingFileError, read_bytes
from platform_core.jobs.models import Job

JOB_KIND = "docuai.verify"
GOOD = ("same", "engine_changed", "not_compared")
BAD = ("damaged", "missing", "differs")
NAMED_ROWS = 50


def step(job: Job) -> Step:
    """This will check documents for some seconds. ``job.result``: counts by outcome, and the rows that are wrong."""
    run = run_of(job)
    counts = Counter({name: int(job.result.get(name, 0)) for name in (*GOOD, *BAD)})
    wrong = list(job.result.get("rows", []))
    ended = run is None
    if run is not None:
        for documents in batches(job, run):
            ended = not documents
            for document, outcome in outcomes(run, documents):
                counts[outcome] += 1
                if outcome in BAD and len(wrong) < NAMED_ROWS:
                    wrong.append({"row": document.row.number, "outcome": outcome})
    job.result |= {**counts, "rows": wrong}
    return Step(sum(counts[name] for name in GOOD), sum(counts[name] for name in BAD), ended=ended)


def outcomes(run: BulkRun, documents: Sequence[Document]) -> Iterator[tuple[Document, str]]:
    """This will say of each document what became of it."""
    engine = run.template.engine
    now = engines.engine_fingerprint(engine=engine, format=run.options["format"])
    repeats = engines.capabilities(engine=engine).deterministic
    again: list[Document] = []
    for document in documents:
        if stored := stored_outcome(document):
            yield document, stored
        elif document.engine_fingerprint != now:
            yield document, "engine_changed"
        elif not repeats or document.row.state != "done":
            yield document, "not_compared"
        else:
            again.append(document)
    by_row = {document.row_id: document for document in again}
    for row, result in render_each(run, [document.row for document in again]):
        same = not isinstance(result, EngineError) and hashed(result.content) == by_row[row.pk].sha256
        yield by_row[row.pk], "same" if same else "differs"


def stored_outcome(document: Document) -> str:
    """This will compare the stored bytes with their hash: nothing when they are what was made."""
    try:
        content = read_bytes(key=document.pack_key, offset=document.offset_bytes, size=document.size_bytes)
    except MissingFileError:
        return "missing"
    return "" if hashed(content) == document.sha256 else "damaged"


def hashed(content: bytes) -> str:
    """This will give the SHA-256 of bytes in hex."""
    return hashlib.sha256(content).hexdigest()
