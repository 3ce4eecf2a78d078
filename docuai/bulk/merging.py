"""One merged PDF of a run: all documents in the order of rows, kept as a file until a correction makes it old."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import QuerySet

from docuai.bulk import bundling
from docuai.bulk.models import Document
from docuai.bulk.steps import Step, run_of
from docuai.engines import services as engines
from docuai.engines.services import EngineError
from platform_core.files import services as files
from platform_core.files.selectors import read_bytes
from platform_core.jobs.models import Job

JOB_KIND = "docuai.merge"
PURPOSE = "docuai.merged"
MOST = 5000


def step(job: Job) -> Step:
    """This will merge the whole run; ``job.result``: the file, its pages, and the tag of what was merged."""
    run = run_of(job)
    if run is None:
        return Step(failed=job.total, ended=True)
    etag = bundling.bundle_of(run).etag
    try:
        with TemporaryDirectory(prefix="merge-") as folder:
            paths = _unpacked(Path(folder), bundling.documents_of(run).order_by("row__number"))
            out = Path(folder) / "merged.pdf"
            pages = engines.merge_pdfs(paths=paths, out=out)
            file = files.store(
                organization_id=job.organization_id,
                name=f"run-{run.number}.pdf",
                content=out.read_bytes(),
                purpose=PURPOSE,
                actor=job.started_by,
                content_type="application/pdf",
                is_test=job.is_test,
            )
    except EngineError as error:
        job.result = {"error": str(error)}
        return Step(failed=job.total, ended=True)
    job.result = {"file_id": str(file.pk), "pages": pages, "size_bytes": file.size_bytes, "etag": etag}
    return Step(done=job.total, ended=True)


def _unpacked(folder: Path, documents: QuerySet[Document]) -> list[Path]:
    paths = []
    for index, document in enumerate(documents.iterator(chunk_size=500)):
        path = folder / f"{index}.pdf"
        path.write_bytes(read_bytes(key=document.pack_key, offset=document.offset_bytes, size=document.size_bytes))
        paths.append(path)
    return paths
