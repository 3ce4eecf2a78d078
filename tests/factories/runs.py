"""Runs with little documents, and the worker that makes them in this process."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from docuai.bulk import follow_ups, rendering, services
from docuai.bulk.models import BulkRun
from docuai.library import services as library
from docuai.library.models import TemplateVersion
from platform_core.accounts.models import User
from platform_core.jobs.models import Job
from platform_core.organizations.models import Organization

TODAY = date(2026, 11, 24)
GREETING = b"""#let row = json("data.json")
#set document(title: "Hello", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "en")
Hello #row.name
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "Full name"},
        "grade": {"type": ["number", "null"], "maximum": 10, "description": "Grade"},
        "email": {"type": ["string", "null"], "format": "email", "description": "E-mail"},
    },
    "required": ["name"],
}


def make_version(organization: Organization, source: bytes = GREETING, name: str = "Greeting") -> TemplateVersion:
    draft = library.create_template(
        actor=None, organization=organization, name=name, engine="typst", sources={"en": source}, schema=SCHEMA
    )
    return library.publish(actor=None, version=draft)


def make_run(
    organization: Organization,
    rows: Sequence[Mapping[str, Any]] = (),
    *,
    version: TemplateVersion | None = None,
    actor: User | None = None,
) -> BulkRun:
    return services.request_run(
        actor=actor,
        organization=organization,
        version=version or make_version(organization),
        rows=rows or [{"name": name, "email": f"{name.lower()}@andina.example"} for name in ("Ana", "Bruno", "Carla")],
        today=TODAY,
        options={"pdf_a": False},
    )


def work(run: BulkRun) -> BulkRun:
    """This will do what the workers do until nothing is left."""
    while rendering.render_rows(organization_id=run.organization_id, run_id=run.pk):
        pass
    run.job.refresh_from_db()
    return run


def follow(job: Job) -> Job:
    """This will do the steps of a follow-up job until it has ended or waits."""
    while follow_ups.work(organization_id=job.organization_id, job_id=job.pk):
        pass
    job.refresh_from_db()
    return job
