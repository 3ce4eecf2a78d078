"""Requesting a run: all its rows stored, written down and woken in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from docuai.bulk import tasks
from docuai.bulk.keys import row_key
from docuai.bulk.models import BulkRun, RunRow
from docuai.library.models import TemplateVersion
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.jobs import services as jobs
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.models import Organization

MAX_ROWS = 200_000
KEEP_DAYS = 90
JOB_KIND = "docuai.run"


class RunError(Exception):
    """A run cannot do what was asked; the message says why and what to do."""


def request_run(
    *,
    actor: User | None,
    organization: Organization,
    version: TemplateVersion,
    rows: Sequence[Mapping[str, Any]],
    options: Mapping[str, Any] | None = None,
    today: date,
    idempotency_key: str = "",
) -> BulkRun:
    """This will store a run with all its rows, write it down and have its documents made: all of it or nothing.

    ``rows`` are typed values by the version's schema. ``options``: format, language, document_date. Raises RunError.
    """
    _check_size(rows)
    chosen = {"format": "pdf", "language": "", "document_date": today.isoformat(), **(options or {})}
    with transaction.atomic():
        lock_runs(organization)
        job = jobs.start_job(
            actor=actor,
            organization=organization,
            kind=JOB_KIND,
            title=version.template.name,
            total=len(rows),
            idempotency_key=idempotency_key,
        )
        run = BulkRun.objects.create(
            organization=organization,
            number=_next_number(organization),
            template=version.template,
            version=version,
            job=job,
            stage=BulkRun.Stage.RENDERING,
            options=chosen,
            keep_until=today + timedelta(days=KEEP_DAYS),
        )
        _store_rows(run, rows, chosen)
        audit(action="docuai.run.start", target=run, actor=actor, changes={"rows": [0, len(rows)]})
        emit(type="docuai.run.started", organization_id=organization.pk, payload={"run_id": str(run.pk)})
        enqueue(tasks.render_rows, organization_id=str(organization.pk), run_id=str(run.pk))
    return run


def lock_runs(organization: Organization) -> None:
    """This will let one request at a time number a run of the organization (a transaction-long advisory lock)."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"runs {organization.pk}"])


def _check_size(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        raise RunError(str(_("The table has no rows. Add at least one row below the header.")))
    if len(rows) > MAX_ROWS:
        text = _("The table has %(rows)s rows; a run takes %(limit)s at most. Split it.")
        raise RunError(str(text) % {"rows": len(rows), "limit": MAX_ROWS})


def _next_number(organization: Organization) -> int:
    last = BulkRun.objects.for_organization(organization).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _store_rows(run: BulkRun, rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> None:
    extension = options["format"]
    RunRow.objects.bulk_create(
        (
            RunRow(
                organization_id=run.organization_id,
                run=run,
                number=number,
                key=row_key(number, data),
                data=dict(data),
                file_name=f"{number:05}.{extension}",
                email=str(data.get("email") or "")[:254],
            )
            for number, data in enumerate(rows, start=1)
        ),
        batch_size=1000,
    )
