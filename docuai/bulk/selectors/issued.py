"""Was this file issued here? Asked by its SHA-256 alone, over all organizations; the answer names no person.

``issuer_of`` yields an organization's id alone; the page then reads as its tenant. Where the same bytes were issued twice,
the first issue answers.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from docuai.bulk.models import Document
from platform_core.kits.tenancy.scope import locate

HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Issued:
    """Who issued the file and when, and what it is worth now. ``replaced_at``: a valid version took its place."""

    organization: str
    template: str
    issued_at: datetime
    state: str
    voided_at: datetime | None = None
    void_reason: str = ""
    replaced_at: datetime | None = None
    replaced_by: str = ""
    is_test: bool = False


def clean_hash(text: str) -> str:
    """This will give 64 hex digits in small letters, or nothing when the text is no SHA-256."""
    digits = re.sub(r"[\s:]", "", text).lower().removeprefix("sha256")
    return digits if HASH.fullmatch(digits) else ""


def issuer_of(sha256: str) -> UUID | None:
    """This will find the organization that issued a file with this hash first, and read nothing else of it."""
    first = Document.objects.filter(sha256=sha256).order_by("created_at")
    return locate(Document.objects.filter(pk__in=first.values("pk")[:1]))


def issued(organization_id: UUID, sha256: str) -> Issued | None:
    """This will say what is known of a file that the organization issued; a valid document goes before a void one."""
    documents = Document.objects.for_organization(organization_id).filter(sha256=sha256)
    found = documents.select_related("organization", "run__template").order_by("-state", "created_at")
    document = next((item for item in found if item.state == "valid"), None) or found.first()
    return _issued(document) if document is not None else None


def _issued(document: Document) -> Issued:
    known = (document.organization.name, document.run.template.name, document.created_at, document.state)
    if document.state == "valid":
        return Issued(*known, is_test=document.run.is_test)
    row = Document.objects.for_organization(document.organization_id).filter(row_id=document.row_id, state="valid")
    new = row.first()
    return Issued(
        *known,
        voided_at=document.voided_at,
        void_reason=document.void_reason,
        replaced_at=new.created_at if new else None,
        replaced_by=new.sha256 if new else "",
        is_test=document.run.is_test,
    )
