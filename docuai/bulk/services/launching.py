"""Launching: a draft, or a file with options from the API, becomes a run. Its rows are stored by the workers.

A draft makes one run, however often Launch is pressed (unique in the database): every later call gives that run. What
is refused says why and leaves the draft as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from docuai.bulk import tasks
from docuai.bulk.checking import stamp_of
from docuai.bulk.drafting import inspection_of, mapping_for, table_summary
from docuai.bulk.faults import Fault
from docuai.bulk.fields import fields_of
from docuai.bulk.importing import KEEP, LEAVE_OUT, REFUSE
from docuai.bulk.limits import ROWS_A_MONTH, ROWS_A_RUN, TEST_ROWS, TEST_ROWS_KEPT
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.mapping import MappingError, problems_of
from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.naming import pattern_problems
from docuai.bulk.passes import one_pass, schema_of
from docuai.bulk.selectors.drafts import last_mapped_run, launched_run
from docuai.bulk.services.drafts import INLINE_ROWS, KEEP_DAYS, TABLE_PURPOSE, first_options
from docuai.bulk.services.requesting import JOB_KIND, RunError, lock_runs
from docuai.bulk.suggesting import LIKELY
from docuai.bulk.tables.shapes import Dialect, TableInspection
from docuai.engines import services as engines
from docuai.library.models import TemplateVersion
from docuai.library.selectors import published
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.files.models import StoredFile
from platform_core.jobs import services as jobs
from platform_core.kits.languages import is_language
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.branding import for_documents
from platform_core.organizations.services.limits import LimitReachedError, reserve

BAD_ROWS = (KEEP, LEAVE_OUT, REFUSE)
OPTIONS = (
    "format",
    "language",
    "file_name",
    "mapping",
    "on_bad_rows",
    "retention_days",
    "pdf_a",
    "sequence",
    "accepted",
)
NAMED_FAULTS = 100
READING = ("encoding", "delimiter", "header_row", "decimal", "sheet")
MEANT_FOR = {  # which way of reading means something for which kind of table
    "csv": {"encoding", "delimiter", "header_row", "decimal"},
    "xlsx": {"sheet", "header_row", "decimal"},
    "json": {"encoding", "decimal"},
    "jsonl": {"encoding", "decimal"},
}


class LaunchError(RunError):
    """The run cannot start; `code` and `pointer` for programs, the message for people."""

    def __init__(self, code: str, message: str, pointer: str = "") -> None:
        self.code, self.pointer = code, pointer
        super().__init__(message)


class RowsRefusedError(LaunchError):
    """Rows have faults and the run was to start only without any; `faults` are the first of them."""

    def __init__(self, faults: Sequence[Fault], *, faulty: int, rows: int) -> None:
        self.faults = list(faults[:NAMED_FAULTS])
        text = _("%(faulty)s of %(rows)s rows have faults, and the run was to start only without any.")
        super().__init__("rows_refused", text % {"faulty": faulty, "rows": rows})


def launch(*, actor: User | None, draft: RunDraft, today: date, with_bad_rows: bool = False) -> BulkRun:
    """This will start the run of a checked draft, or give the one that it became already. Raises LaunchError.

    ``with_bad_rows``: rows with faults become failed rows of the run, to be corrected there; otherwise they are left out
    and stand in its list of faults. Locks the draft.
    """
    with transaction.atomic():
        rows = RunDraft.objects.for_organization(draft.organization_id).select_related("version", "file", "template")
        locked = rows.select_for_update(of=("self",)).get(id=draft.pk)
        if (run := launched_run(locked)) is not None:
            return run
        _refuse_stale(locked)
        check = locked.summary["check"]
        options = {**locked.options, "on_bad_rows": KEEP if with_bad_rows else LEAVE_OUT}
        if not check["ready"]:
            raise LaunchError("no_ready_rows", _("No row is ready. Correct at least one row, then launch."))
        return start_run(
            actor=actor,
            organization=locked.organization,
            version=locked.version,
            total=check["rows"] if with_bad_rows else check["ready"],
            today=today,
            draft=locked,
            file=locked.file,
            table_name=locked.summary["table"]["name"],
            dialect=locked.dialect,
            mapping=locked.mapping,
            edits=locked.edits,
            options=options,
        )


def launch_file(
    *,
    actor: User | None,
    organization: Organization,
    version: TemplateVersion,
    file: StoredFile,
    options: Mapping[str, Any],
    today: date,
    idempotency_key: str = "",
    is_test: bool = False,
) -> BulkRun:
    """This will start a run of a stored table without a wizard. Raises LaunchError and TableError.

    ``options``: format, language, file_name, mapping (see `mapping.Mapping.from_json`; without it only sure matches are
    taken), on_bad_rows (keep, leave_out, refuse), retention_days, pdf_a, sequence, accepted; and how to read the table:
    encoding, delimiter, header_row, decimal, sheet. An encoding that is not certain is asked for, never guessed.
    """
    refuse_unpublished(version)
    if unknown := sorted(set(options) - {*OPTIONS, *READING}):
        raise LaunchError(
            "unknown_option", _("There is no option “%(name)s”.") % {"name": unknown[0]}, f"/options/{unknown[0]}"
        )
    found = _inspected(file, options)
    dialect = found.dialect.to_json() | {"kind": found.kind, "confirmed": True}
    chosen = first_options(version, {name: options[name] for name in options if name not in (*READING, "mapping")})
    check_options(version, chosen)
    if is_test:
        check_test_room(organization, found.found.rows)
    draft = RunDraft(
        organization=organization,
        template=version.template,
        version=version,
        file=file,
        dialect=dialect,
        summary={"table": table_summary(found, file.name)},
        options=chosen,
    )
    mapping = _mapping_of(draft, found, options.get("mapping"))
    draft.mapping = mapping.to_json()
    if chosen["on_bad_rows"] == REFUSE and found.found.rows <= INLINE_ROWS:
        _refuse_faults(draft)
    with transaction.atomic():
        return start_run(
            actor=actor,
            organization=organization,
            version=version,
            total=found.found.rows,
            today=today,
            draft=None,
            file=file,
            table_name=file.name,
            dialect=dialect,
            mapping=mapping.to_json(),
            edits={},
            options=chosen,
            idempotency_key=idempotency_key,
            is_test=is_test,
        )


def refuse_unpublished(version: TemplateVersion) -> None:
    """This will refuse a version that is a draft or was replaced; raises LaunchError."""
    if version.state != TemplateVersion.State.PUBLISHED:
        raise LaunchError("version_not_published", _("This version of the template is not published."), "/version")


def start_run(
    *,
    actor: User | None,
    organization: Organization,
    version: TemplateVersion,
    total: int,
    today: date,
    options: Mapping[str, Any],
    idempotency_key: str = "",
    stage: BulkRun.Stage = BulkRun.Stage.READING,
    is_test: bool = False,
    **given: Any,
) -> BulkRun:
    """This will book the limits, make job and run, write them down and wake the workers; call it in a transaction.

    Of a run that begins at another stage than reading, the caller stores the rows. A test run books nothing: it is small.
    Raises LaunchError.
    """
    run_id = new_id()
    chosen = {**options, "document_date": today.isoformat(), "brand": for_documents(organization)}
    keep_days = int(chosen.get("retention_days") or KEEP_DAYS)
    if not is_test:
        _book(organization, total, key=f"run:{run_id}")
    lock_runs(organization)
    if is_test:
        check_test_room(organization, total)
    last = BulkRun.objects.for_organization(organization).aggregate(last=Max("number"))["last"] or 0
    job = jobs.start_job(
        actor=actor,
        organization=organization,
        kind=JOB_KIND,
        title=version.template.name,
        total=total,
        subject_id=run_id,
        idempotency_key=idempotency_key,
        is_test=is_test,
    )
    run = BulkRun.objects.create(
        id=run_id,
        organization=organization,
        number=last + 1,
        template=version.template,
        version=version,
        job=job,
        stage=stage,
        is_test=is_test,
        options=chosen,
        keep_until=today + timedelta(days=keep_days),
        **given,
    )
    changes = {"rows": [0, total], **({"test": [None, True]} if is_test else {})}
    audit(action="docuai.run.start", target=run, actor=actor, changes=changes)
    payload = {"run_id": str(run.pk)}
    emit(type="docuai.run.started", organization_id=organization.pk, payload=payload, is_test=is_test)
    task = tasks.import_rows if stage == BulkRun.Stage.READING else tasks.render_rows
    enqueue(task, organization_id=str(organization.pk), run_id=str(run.pk))
    return run


def _book(organization: Organization, total: int, *, key: str) -> None:
    try:
        reserve(organization=organization, name=ROWS_A_RUN, amount=total, key=key)
        reserve(organization=organization, name=ROWS_A_MONTH, amount=total, key=key)
    except LimitReachedError as error:
        raise LaunchError("limit_reached", str(error)) from error


def check_test_room(organization: Organization, rows: int) -> None:
    """This will refuse a test run that is too large, by itself or with what is kept of others; raises LaunchError."""
    if rows > TEST_ROWS:
        text = _("A run of a test key takes %(limit)s rows at most, and this has %(rows)s. Send fewer, or a live key.")
        raise LaunchError("test_rows", text % {"limit": TEST_ROWS, "rows": rows})
    kept = BulkRun.objects.for_organization(organization).filter(is_test=True, purged_at=None)
    if (kept.aggregate(rows=Sum("job__total"))["rows"] or 0) + rows > TEST_ROWS_KEPT:
        text = _("Test runs hold %(limit)s rows at most. Delete the test data, then start this run again.")
        raise LaunchError("test_room", text % {"limit": TEST_ROWS_KEPT})


def _refuse_stale(draft: RunDraft) -> None:
    if draft.version.state != TemplateVersion.State.PUBLISHED:
        newer = published(draft.organization_id).filter(template=draft.template_id).first()
        if newer is None:
            text = _(
                "The template “%(name)s” is no longer published. Publish a version of it, or choose another template."
            )
            raise LaunchError("template_withdrawn", text % {"name": draft.template.name})
        text = _(
            "Version %(old)s of the template was replaced by version %(new)s after you began. Check the rows with version %(new)s, then launch."
        )
        raise LaunchError("version_replaced", text % {"old": draft.version.number, "new": newer.number})
    if draft.file is None or draft.file.deleted_at is not None:
        raise LaunchError("no_table", _("The table of this draft is gone. Choose it again."))
    if draft.summary.get("check", {}).get("stamp") != stamp_of(draft):
        raise LaunchError(
            "not_checked", _("The draft was changed after its rows were checked. Check them again, then launch.")
        )


def _refuse_faults(draft: RunDraft) -> None:
    """A small table is looked through at once, so that the caller hears which rows; a big one is by the worker."""
    faults: list[Fault] = []
    with one_pass(draft) as reading:
        for batch in reading.batches:
            faults += [fault for found in batch.faults.values() for fault in found]
        totals = reading.validation.totals
    if totals.faulty:
        raise RowsRefusedError(faults, faulty=totals.faulty, rows=totals.rows)


def _inspected(file: StoredFile, options: Mapping[str, Any]) -> TableInspection:
    if file.purpose != TABLE_PURPOSE:
        raise LaunchError("not_a_table", _("This file was not uploaded as a table."), "/file_id")
    asked = {name: options[name] for name in READING if options.get(name) is not None}
    found = inspection_of(file, Dialect.from_json(asked) if asked else None)
    if odd := sorted(set(asked) - MEANT_FOR[found.kind]):
        text = _("A table of this kind (%(kind)s) has no “%(name)s”. Leave the option out.")
        raise LaunchError("bad_option", text % {"kind": found.kind, "name": odd[0]}, f"/options/{odd[0]}")
    if found.needs_confirmation:
        names = ", ".join(choice.encoding for choice in found.choices.encodings)
        text = _("The encoding of the table is not certain. Say which it is: %(names)s.")
        raise LaunchError("encoding_uncertain", text % {"names": names}, "/options/encoding")
    return found


def check_options(version: TemplateVersion, chosen: Mapping[str, Any]) -> None:
    """This will raise LaunchError for an option that the template or the run cannot take."""
    if chosen["on_bad_rows"] not in BAD_ROWS:
        text = _("on_bad_rows is one of %(choices)s.")
        raise LaunchError("bad_option", text % {"choices": ", ".join(BAD_ROWS)}, "/options/on_bad_rows")
    outputs = engines.capabilities(engine=version.template.engine).formats
    if chosen["format"] not in outputs:
        text = _("This template makes %(formats)s only.")
        raise LaunchError("bad_option", text % {"formats": ", ".join(outputs)}, "/options/format")
    if chosen["language"] and not is_language(str(chosen["language"])):
        text = _("“%(code)s” is no language. Send its code, such as en, es or pt-BR.")
        raise LaunchError("bad_option", text % {"code": str(chosen["language"])[:20]}, "/options/language")
    problems = pattern_problems(str(chosen["file_name"]), [field.path for field in fields_of(schema_of(version))])
    if problems:
        raise LaunchError("bad_option", problems[0].message, "/options/file_name")
    if not 1 <= int(chosen["retention_days"]) <= 3650:
        raise LaunchError("bad_option", _("Documents are kept for 1 to 3650 days."), "/options/retention_days")


def _mapping_of(draft: RunDraft, found: TableInspection, given: Any) -> FieldMapping:
    try:
        mapping = (
            FieldMapping.from_json(given if "fields" in given else {"fields": given})
            if given
            else mapping_for(draft, last_mapped_run(draft.organization_id, draft.template_id), least=LIKELY)
        )
    except TypeError as error:
        text = _("The mapping is not built as the documentation says: one object, a field a name.")
        raise LaunchError("bad_mapping", text, "/options/mapping") from error
    except MappingError as error:
        raise LaunchError("bad_mapping", str(error), "/options/mapping") from error
    columns = [column.name for column in found.columns]
    blocking = [p for p in problems_of(mapping, fields_of(schema_of(draft.version)), columns) if p.blocking]
    if blocking:
        text = " ".join(problem.message for problem in blocking)
        first = next((e.field for e in mapping.entries if blocking[0].name in (e.field, *e.source.columns)), "")
        raise LaunchError("bad_mapping", text, f"/options/mapping/{first}".rstrip("/"))
    return mapping
