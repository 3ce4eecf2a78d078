"""Writing down that documents or rows of a run were taken away or looked at: by whom, of how many people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.audit.services import audit_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_core.accounts.models import User


def note_rows(*, run: BulkRun, actor: User | None, count: int, part: str) -> None:
    """This will write down that somebody looked at a page of rows, each about a person; a page that polls is one look."""
    audit_view(
        action="docuai.rows.view",
        organization_id=run.organization_id,
        actor=actor,
        count=count,
        target=run,
        throttled=True,
        part=part,
    )


def note_row(*, run: BulkRun, row: RunRow, actor: User | None) -> None:
    """This will write down that somebody looked at all values of a row."""
    audit_view(
        action="docuai.row.view",
        organization_id=run.organization_id,
        actor=actor,
        count=1,
        target=row,
        target_label=f"{run}, row {row.number}",
        throttled=True,
    )


def note_taken(
    *,
    action: str,
    run: BulkRun,
    actor: User | None,
    method: str | None,
    headers: Mapping[str, str],
    count: Callable[[], int] | int,
    document: Document | None = None,
) -> None:
    """This will write one record for a download. A file that is fetched in ranges is one download, a HEAD is none."""
    if method != "GET":
        return
    audit_view(
        action=action,
        organization_id=run.organization_id,
        actor=actor,
        target=document or run,
        target_label=f"{run}, {document.file_name}" if document else str(run),
        count=count if isinstance(count, int) else count(),
        throttled="Range" in headers,
    )
