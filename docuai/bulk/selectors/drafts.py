"""Reads of drafts and of what the wizard remembers."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from docuai.bulk.models import BulkRun, NumberSequence, RowFault, RunDraft
from platform_core.organizations.models import Organization


def drafts(organization: Organization | UUID) -> QuerySet[RunDraft]:
    """This will give the drafts of an organization with all that their pages need."""
    rows = RunDraft.objects.for_organization(organization)
    return rows.select_related("template", "version", "version__template", "file", "job", "organization")


def open_drafts(organization: Organization | UUID, actor: Any, limit: int = 3) -> list[RunDraft]:
    """This will give a person's newest drafts that hold a table and were not launched."""
    found = drafts(organization).filter(created_by=actor, file__isnull=False, runs=None)
    return list(found.order_by("-updated_at")[:limit])


def launched_run(draft: RunDraft) -> BulkRun | None:
    """This will give the run that a draft became."""
    return BulkRun.objects.for_organization(draft.organization_id).filter(draft=draft).first()


def last_mapped_run(organization: Organization | UUID, template_id: UUID) -> BulkRun | None:
    """This will give the template's last run that came from a table: its mapping and options are remembered."""
    runs = BulkRun.objects.for_organization(organization).filter(
        template_id=template_id, deleted_at=None, is_test=False
    )
    found = runs.exclude(mapping={}).select_related("version", "job").order_by("-number")
    return found.first()


def next_serial(organization: Organization | UUID, name: str) -> int:
    """This will give the number that the sequence gives next."""
    rows = NumberSequence.objects.for_organization(organization).filter(name=name)
    return next(iter(rows.values_list("next_value", flat=True)), 1)


def sequence_names(organization: Organization | UUID) -> list[str]:
    """This will list the number sequences that were used already."""
    rows = NumberSequence.objects.for_organization(organization).exclude(name="")
    return list(rows.order_by("name").values_list("name", flat=True)[:50])


def stored_faults(draft: RunDraft) -> QuerySet[RowFault]:
    """This will give the faults of a checked draft, row by row."""
    return RowFault.objects.for_organization(draft.organization_id).filter(draft=draft).order_by("number", "id")
