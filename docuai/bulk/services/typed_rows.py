"""A run of rows that a program sends as they are: typed values by the template's names, so nothing is mapped or guessed.

They are stored with the run in one transaction; tables that need a mapping go the way of `launching.launch_file`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from docuai.bulk.faults import Fault
from docuai.bulk.fields import DELIVERY_EMAIL, pointer_of
from docuai.bulk.importing import KEEP, LEAVE_OUT, REFUSE
from docuai.bulk.models import BulkRun, RowFault
from docuai.bulk.naming import UniqueNames, file_name
from docuai.bulk.passes import addresses_of, language_of, schema_of
from docuai.bulk.row_json import rows_json
from docuai.bulk.services.drafts import first_options
from docuai.bulk.services.launching import (
    LaunchError,
    RowsRefusedError,
    check_options,
    check_test_room,
    refuse_unpublished,
    start_run,
)
from docuai.bulk.storing_faults import MAX_STORED, as_rows, storable
from docuai.bulk.storing_rows import RowStore
from docuai.bulk.tables.json_rows import check_object
from docuai.bulk.validating import RowValidator
from docuai.bulk.wording import stored_fault
from docuai.library.models import TemplateVersion
from platform_core.accounts.models import User
from platform_core.organizations.models import Organization

MOST = 20_000
OPTIONS = ("format", "language", "file_name", "on_bad_rows", "retention_days", "pdf_a")


@dataclass(frozen=True, slots=True)
class _Checked:
    number: int
    values: dict[str, Any]
    faults: list[Fault]


def request_run(
    *,
    actor: User | None,
    organization: Organization,
    version: TemplateVersion,
    rows: Sequence[Any],
    options: Mapping[str, Any] | None = None,
    today: date,
    idempotency_key: str = "",
    is_test: bool = False,
) -> BulkRun:
    """This will store a run with its rows, each checked against the template's schema, and have its documents made.

    ``options``: format, language, file_name, on_bad_rows (keep, leave_out, refuse), retention_days, pdf_a. Fields that
    the schema does not know are passed on to the template. Raises LaunchError, and RowsRefusedError with the faults.
    """
    refuse_unpublished(version)
    options = options or {}
    if unknown := sorted(set(options) - set(OPTIONS)):
        text = _("Rows that are sent as they are take no option “%(name)s”. Upload them as a table.")
        raise LaunchError("unknown_option", text % {"name": unknown[0]}, f"/options/{unknown[0]}")
    if not rows:
        raise LaunchError("no_rows", _("There are no rows. Send at least one."), "/rows")
    if len(rows) > MOST:
        text = _("Send at most %(limit)s rows like this; upload more as a CSV, XLSX or JSON Lines file.")
        raise LaunchError("too_many_rows", text % {"limit": MOST}, "/rows")
    if is_test:
        check_test_room(organization, len(rows))
    chosen = first_options(version, dict(options))
    check_options(version, chosen)
    checked = list(_checked(version, rows, str(chosen["language"])))
    good = [row for row in checked if not row.faults]
    if chosen["on_bad_rows"] == REFUSE and len(good) < len(checked):
        faults = [fault for row in checked for fault in row.faults]
        raise RowsRefusedError(faults, faulty=len(checked) - len(good), rows=len(checked))
    if chosen["on_bad_rows"] == LEAVE_OUT and not good:
        raise LaunchError("no_ready_rows", _("No row is ready. Correct at least one row, then launch."), "/rows")
    kept = checked if chosen["on_bad_rows"] == KEEP else good
    with transaction.atomic():
        run = start_run(
            actor=actor,
            organization=organization,
            version=version,
            total=len(kept),
            today=today,
            options=chosen,
            idempotency_key=idempotency_key,
            stage=BulkRun.Stage.RENDERING,
            is_test=is_test,
        )
        _store(run, kept)
    return run


def _checked(version: TemplateVersion, rows: Sequence[Any], language: str) -> Iterator[_Checked]:
    validator = RowValidator(schema_of(version))
    base = {"lang": language} if language and "lang" in version.schema.get("properties", {}) else {}
    for number, row in enumerate(rows, start=1):
        values, odd = check_object(row)
        faults = [
            Fault(number, fault.code, pointer_of(str(fault.column or "")), params=dict(fault.params)) for fault in odd
        ]
        values = {**values, **base}
        yield _Checked(number, values, faults or validator.faults(number, values))


def _store(run: BulkRun, rows: Sequence[_Checked]) -> None:
    """All rows by COPY; the faults of bad ones beside them, for the reader's language."""
    chosen, extension = str(run.options["language"]), str(run.options["format"])
    pattern = str(run.options["file_name"]) or "{row:05}"
    names, faults = UniqueNames(), list[RowFault]()
    with RowStore(run) as store:
        for row in rows:
            language = language_of(row.values, chosen)
            if row.faults:
                name = names.give(f"{row.number:05}.{extension}")
                store.add_failed(
                    row.number, storable(row.values), name, language, storable(stored_fault(row.faults[0]))
                )
                if len(faults) < MAX_STORED:
                    faults += as_rows(row.faults, organization_id=run.organization_id, run=run)
                continue
            name = names.give(file_name(pattern, row.values, row=row.number, extension=extension, language=language))
            address = addresses_of([row.values.get(DELIVERY_EMAIL)])
            store.add([row.number], rows_json([row.values]), [name], [language], address, [""])
        store.finish()
    RowFault.objects.bulk_create(faults, batch_size=500)
