"""Writes of a draft, one a step of the wizard. Every step can be gone back to; what a change makes stale is made anew.

Two tabs: each write names the state it has seen and the tab it comes from (`seen`: the draft's `updated_at`, "~", a token of
the page). One that comes too late is refused with `DraftChangedError` instead of overwriting what the other tab has saved;
a tab that has saved last itself (a field saved on its own, then the form) goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from docuai.bulk import tasks
from docuai.bulk.checking import check_draft, stamp_of
from docuai.bulk.drafting import inspection_of, mapping_for, table_summary
from docuai.bulk.edits import spread
from docuai.bulk.faults import ACCEPTABLE
from docuai.bulk.fields import fields_of
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.mended_rows import mended
from docuai.bulk.models import BulkRun, RowFault, RunDraft
from docuai.bulk.naming import pattern_problems
from docuai.bulk.rechecking import recheck_row
from docuai.bulk.selectors.drafts import last_mapped_run, stored_faults
from docuai.bulk.storing_faults import fault_of
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.inspecting import paste_as_file
from docuai.bulk.tables.shapes import Dialect
from docuai.library.models import TemplateVersion
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.files import services as files
from platform_core.files.models import StoredFile
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.models import Organization

TABLE_PURPOSE = "docuai.table"
CHECK_KIND = "docuai.check"
INLINE_ROWS = 2000
KEEP_DAYS = 90
TAB = "~"


class DraftError(Exception):
    """The draft cannot take this; the message says why and what to do. `field` names the input."""

    def __init__(self, message: str, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class DraftChangedError(DraftError):
    """Somebody has changed the draft since it was read: another tab, or the same form sent twice."""

    def __init__(self) -> None:
        super().__init__(_("This draft was changed in another tab. Look at it again; nothing of it was overwritten."))


def create_draft(*, actor: User | None, organization: Organization, version: TemplateVersion) -> RunDraft:
    """This will begin a draft of a run with a published version of a template."""
    last = last_mapped_run(organization, version.template_id)
    options = first_options(version, dict(last.options) if last else {})
    with transaction.atomic():
        draft = RunDraft.objects.create(
            organization=organization, created_by=actor, template=version.template, version=version, options=options
        )
        audit(action="docuai.draft.create", target=draft, actor=actor)
    return draft


def use_version(*, draft: RunDraft, version: TemplateVersion) -> RunDraft:
    """This will go on with another version of the template; what was matched stays where the field is still there."""
    with changing(draft) as locked:
        paths = {field.path for field in fields_of(version.schema)} | {"email"}
        mapping = FieldMapping.from_json(locked.mapping)
        for entry in mapping.entries:
            if entry.field not in paths:
                mapping = mapping.without(entry.field)
        locked.version, locked.template, locked.mapping = version, version.template, mapping.to_json()
    return draft


def paste_table(*, actor: User | None, draft: RunDraft, text: str) -> RunDraft:
    """This will take pasted rows as the draft's table; raises DraftError and TableError."""
    if not text.strip():
        raise DraftError(_("Paste the line of column names and at least one row."), "text")
    name, content = paste_as_file(text)
    return add_table(actor=actor, draft=draft, name=name, content=content)


def add_table(*, actor: User | None, draft: RunDraft, name: str, content: bytes) -> RunDraft:
    """This will keep the bytes of a table and take it as the draft's; raises TableError, also QuotaError of files."""
    if not content:
        raise TableError("zero_bytes")
    file = files.store(
        organization_id=draft.organization_id,
        name=name,
        content=content,
        purpose=TABLE_PURPOSE,
        actor=actor,
        content_type="application/octet-stream",
    )
    try:
        return set_table(draft=draft, file=file)
    except Exception:
        files.delete(actor=actor, file=file)
        files.purge(file=file)  # it is no table: nobody wants it back, and it must not count on the storage limit
        raise


def set_table(*, draft: RunDraft, file: StoredFile) -> RunDraft:
    """This will take a stored file as the draft's table: read it once, suggest which column fills what. Raises TableError."""
    found = inspection_of(file, None)
    with changing(draft) as locked:
        former = locked.file if locked.file_id != file.pk else None
        locked.file, locked.edits = file, {}
        locked.dialect = found.dialect.to_json() | {"kind": found.kind, "confirmed": not found.needs_confirmation}
        locked.summary = {"table": table_summary(found, file.name)}
        locked.mapping = mapping_for(locked, last_mapped_run(locked.organization_id, locked.template_id)).to_json()
        RowFault.objects.for_organization(locked.organization_id).filter(draft=locked).delete()
        if former is not None:
            put_table_away(actor=locked.created_by, draft=locked, file=former)
    return draft


def set_dialect(*, draft: RunDraft, dialect: Dialect, seen: str = "") -> RunDraft:
    """This will read the table another way (encoding, delimiter, line of names, decimal sign, sheet); raises TableError."""
    if draft.file is None:
        raise DraftError(_("Choose a table first."))
    found = inspection_of(draft.file, dialect)
    with changing(draft, seen) as locked:
        before = [column["name"] for column in locked.summary.get("table", {}).get("columns", [])]
        locked.dialect = found.dialect.to_json() | {"kind": found.kind, "confirmed": True}
        locked.summary = {**locked.summary, "table": table_summary(found, draft.file.name)}
        if [column.name for column in found.columns] != before:
            locked.edits = {}
            locked.mapping = mapping_for(locked, last_mapped_run(locked.organization_id, locked.template_id)).to_json()
    return draft


def set_mapping(*, draft: RunDraft, mapping: FieldMapping, seen: str = "") -> RunDraft:
    """This will keep which column fills which field."""
    with changing(draft, seen) as locked:
        locked.mapping = mapping.to_json()
    return draft


def set_options(*, draft: RunDraft, options: Mapping[str, Any], seen: str = "") -> RunDraft:
    """This will keep how the documents are to come out; raises DraftError for a file name that cannot be used."""
    chosen = {**draft.options, **options}
    paths = [field.path for field in fields_of(draft.version.schema)] + ["email"]
    problems = pattern_problems(str(chosen.get("file_name", "")), paths)
    if problems:
        raise DraftError(" ".join(problem.message for problem in problems), "file_name")
    with changing(draft, seen) as locked:
        locked.options = {**locked.options, **options}
    return draft


def set_edit(*, draft: RunDraft, number: int, column: str, value: str) -> list[RowFault]:
    """This will correct one cell and check its row at once; gives the faults that the row still has.

    Corrections of different cells never collide, so no state has to be named. Raises DraftError and TableError.
    """
    with changing(draft) as locked:
        edits = dict(locked.edits)
        edits[str(number)] = {**edits.get(str(number), {}), **spread(column, value)}
        locked.edits = edits
        return recheck_row(locked, number, stamp_of)


def set_edits(*, actor: User | None, draft: RunDraft, edits: Sequence[tuple[int, str, str]]) -> None:
    """This will correct several cells (row, column, value) at once and check again what they touch."""
    if len(edits) == 1:
        number, column, value = edits[0]
        set_edit(draft=draft, number=number, column=column, value=value)
        return
    with changing(draft) as locked:
        kept = {number: dict(cells) for number, cells in locked.edits.items()}
        for number, column, value in edits:
            kept.setdefault(str(number), {}).update(spread(column, value))
        locked.edits = kept
    check(actor=actor, draft=draft)


def replace_rows(*, actor: User | None, draft: RunDraft, content: bytes, file_name: str) -> int:
    """This will take the file of bad rows back, corrected: its rows replace those with their numbers, then all are checked.

    Returns how many rows were changed. Raises UploadError, TableError, NoTableError; then nothing was changed.
    """
    with changing(draft) as locked:
        found = mended(locked, content, file_name)
        kept = {number: dict(cells) for number, cells in locked.edits.items()}
        for number, cells in found.items():
            kept.setdefault(number, {}).update(cells)
        locked.edits = kept
    if found:
        check(actor=actor, draft=draft)
    return len(found)


def mend_clear(*, actor: User | None, draft: RunDraft) -> int:
    """This will put in every answer that nobody would dispute, and return how many."""
    clear = [fault for fault in map(fault_of, stored_faults(draft)) if fault.clear and fault.column]
    edits = [(fault.number, fault.column, fault.answers[0].value) for fault in clear]
    if edits:
        set_edits(actor=actor, draft=draft, edits=edits)
    return len(edits)


def accept(*, draft: RunDraft, code: str) -> RunDraft:
    """This will take a kind of suspicion as meant: rows with it are made as they are. Raises DraftError for real faults."""
    if code not in ACCEPTABLE:
        raise DraftError(_("Rows with this fault cannot be made as they are. Correct them."))
    with changing(draft) as locked:
        locked.options = {**locked.options, "accepted": sorted({*locked.options.get("accepted", ()), code})}
    return draft


def check(*, actor: User | None, draft: RunDraft) -> Job | None:
    """This will check every row: at once for a small table, by the workers for a big one (gives the job).

    Raises TableError, NoTableError, MappingIncompleteError. Checking the same state twice is the same job.
    """
    rows = int(draft.summary.get("table", {}).get("found", {}).get("rows", 0))
    if rows <= INLINE_ROWS:
        check_draft(draft=draft)
        return None
    with changing(draft) as locked:
        if locked.job is not None and not locked.job.ended and locked.job.parameters.get("stamp") == stamp_of(locked):
            return locked.job
        job = jobs.start_job(
            actor=actor,
            organization=locked.organization,
            kind=CHECK_KIND,
            title=_("Check of %(table)s") % {"table": locked.file.name if locked.file else ""},
            total=rows,
            subject_id=locked.pk,
            parameters={"stamp": stamp_of(locked)},
        )
        locked.job = job
        enqueue(tasks.check_draft, organization_id=str(locked.organization_id), draft_id=str(locked.pk))
    return job


def discard(*, actor: User | None, draft: RunDraft) -> None:
    """This will delete a draft and put its table away."""
    with transaction.atomic():
        audit(action="docuai.draft.delete", target=draft, actor=actor)
        if draft.file is not None:
            put_table_away(actor=actor, draft=draft, file=draft.file)
        RunDraft.objects.for_organization(draft.organization_id).filter(id=draft.pk).delete()


def put_table_away(*, actor: User | None, draft: RunDraft, file: StoredFile) -> None:
    """This will put a draft's table away, unless a run or another draft was made of it: it counts on the storage limit."""
    drafts = RunDraft.objects.for_organization(draft.organization_id).filter(file=file).exclude(id=draft.pk)
    runs = BulkRun.objects.for_organization(draft.organization_id).filter(file=file)
    if not drafts.exists() and not runs.exists():
        files.delete(actor=actor, file=file)


@contextmanager
def changing(draft: RunDraft, seen: str = "") -> Iterator[RunDraft]:
    """This will lend the draft locked, save what was changed, and bring the caller's copy up to date."""
    with transaction.atomic():
        rows = RunDraft.objects.for_organization(draft.organization_id)
        locked = rows.select_for_update(of=("self",)).get(id=draft.pk)
        state, _sep, tab = seen.partition(TAB)
        if state and state != locked.updated_at.isoformat() and not (tab and tab == locked.summary.get("tab")):
            raise DraftChangedError
        yield locked
        if tab:
            locked.summary = {**locked.summary, "tab": tab}
        locked.save()
    draft.refresh_from_db()


def first_options(version: TemplateVersion, last: dict[str, Any]) -> dict[str, Any]:
    """This will give the options that a draft begins with: those of the template's last run, else the usual ones."""
    properties = version.schema.get("properties", {})
    name = next((f"{{{field}:slug}}" for field in ("name", "number", "subject") if field in properties), "")
    first: dict[str, Any] = {
        "format": "pdf",
        "pdf_a": True,
        "language": "",
        "file_name": "-".join(filter(None, ["{row:04}", name])),
        "sequence": "",
        "retention_days": KEEP_DAYS,
        "on_bad_rows": "keep",
    }
    return first | {name: value for name, value in last.items() if name in first}
