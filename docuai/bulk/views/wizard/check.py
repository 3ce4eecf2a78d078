"""Step 5, "198 rows are ready, 14 need you": faults in a grid, corrected at once; the extremes; the launch."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from docuai.bulk.changes import changes_since
from docuai.bulk.checking import stamp_of
from docuai.bulk.edits import JOINT
from docuai.bulk.failed_rows import UploadError
from docuai.bulk.faults import Fault
from docuai.bulk.fields import DELIVERY_EMAIL
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.models import RowFault, RunDraft
from docuai.bulk.passes import MappingIncompleteError, NoTableError, serial
from docuai.bulk.selectors.drafts import last_mapped_run, next_serial, stored_faults
from docuai.bulk.services import drafts, launching
from docuai.bulk.storing_faults import fault_of
from docuai.bulk.tables.errors import TableError
from docuai.bulk.views.wizard.frame import actor_of, draft_of, page
from docuai.library.selectors import published
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go, wants, whole
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

SHOWN_COLUMNS = 5
PAGE_ROWS = 25
SHOWS = ("all", "clear", "decide")
Answers = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of the grid: its number, what is wrong, its cells (one of them an input), the likely answers."""

    number: int
    reasons: list[str]
    cells: list[dict[str, Any]]
    answers: Answers
    acceptable: str
    column: str
    was: str


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(RUN_START)
def check(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will show the result of checking every row, checking first where it is missing; a POST corrects or launches."""
    draft = draft_of(request, organization, draft_id)
    if draft.file is None:
        return redirect("run-new", slug=organization.slug)
    try:
        if request.method == "POST" and (answer := _done(request, draft)) is not None:
            return answer
        _ensure_checked(request, draft)
    except MappingIncompleteError:
        return redirect("run-columns", slug=organization.slug, draft_id=draft.pk)
    except (TableError, NoTableError, drafts.DraftError) as error:
        return page(request, draft, "check", _context(request, draft) | {"error": str(error)}, status=422)
    except launching.LaunchError as error:
        context = _context(request, draft) | {"refusal": error, "newer": _newer(draft)}
        return page(request, draft, "check", context, status=422)
    if request.method == "POST" and not wants(request, "wizard"):
        return redirect("run-check", slug=organization.slug, draft_id=draft.pk)
    return page(request, draft, "check", _context(request, draft))


@require_POST
@organization_page(RUN_START)
def corrections(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will take the file of bad rows back, corrected, and check again."""
    draft = draft_of(request, organization, draft_id)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise UploadError(_("Choose the file of bad rows that you corrected."))
        changed = drafts.replace_rows(
            actor=actor_of(request), draft=draft, content=file.read(), file_name=file.name or ""
        )
    except MappingIncompleteError:
        return redirect("run-columns", slug=organization.slug, draft_id=draft.pk)
    except NoTableError:
        return redirect("run-new", slug=organization.slug)
    except (UploadError, TableError, drafts.DraftError) as error:
        return page(request, draft, "check", _context(request, draft) | {"error": str(error)}, status=422)
    text = ngettext("%(n)s row replaced and checked again.", "%(n)s rows replaced and checked again.", changed)
    toast(request, text % {"n": changed} if changed else _("The file changes no cell: every row is as it was."))
    return go(request, "run-check", slug=organization.slug, draft_id=draft.pk)


def _done(request: HttpRequest, draft: RunDraft) -> HttpResponse | None:
    """Do what the form asks; an answer only where the page is left."""
    actor = actor_of(request)
    do, _sep, detail = request.POST.get("do", "edit").partition(":")
    if do == "launch":
        keep = request.POST.get("bad", "keep") == "keep"
        run = launching.launch(actor=actor, draft=draft, today=timezone.localdate(), with_bad_rows=keep)
        return go(request, "run", slug=draft.organization.slug, number=run.number)
    if do == "answer":
        number, _sep, cell = detail.partition("|")
        column, _sep, value = cell.partition("|")
        if (row := whole(number)) and column:
            drafts.set_edits(actor=actor, draft=draft, edits=[(row, column, value)])
    elif do == "mend":
        mended = drafts.mend_clear(actor=actor, draft=draft)
        toast(request, ngettext("%(n)s cell mended", "%(n)s cells mended", mended) % {"n": mended})
    elif do == "accept":
        drafts.accept(draft=draft, code=detail)
    elif do == "version" and (newer := _newer(draft)) is not None:
        drafts.use_version(draft=draft, version=newer)
    elif do == "edit" and (edits := _edits(request)):
        drafts.set_edits(actor=actor, draft=draft, edits=edits)
    return None


def _edits(request: HttpRequest) -> list[tuple[int, str, str]]:
    """The cells that were changed: `cell:<row>` beside `was:<row>` and `column:<row>`."""
    changed = []
    for name, value in request.POST.items():
        kind, _sep, number = name.partition(":")
        row = whole(number)
        if kind == "cell" and row and value != request.POST.get(f"was:{number}", ""):
            changed.append((row, str(request.POST.get(f"column:{number}", "")), str(value)))
    return [edit for edit in changed if edit[1]]


def _ensure_checked(request: HttpRequest, draft: RunDraft) -> None:
    if draft.summary.get("check", {}).get("stamp") == stamp_of(draft) and request.POST.get("do") != "again":
        return
    running = draft.job is not None and not draft.job.ended and draft.job.parameters.get("stamp") == stamp_of(draft)
    stopped = draft.job is not None and draft.job.state in ("canceled", "failed", "parked") and request.method == "GET"
    if not running and not (stopped and draft.job and draft.job.parameters.get("stamp") == stamp_of(draft)):
        drafts.check(actor=actor_of(request), draft=draft)


def _newer(draft: RunDraft) -> Any:
    newer = published(draft.organization_id).filter(template=draft.template_id).exclude(id=draft.version_id)
    return newer.first()


def _context(request: HttpRequest, draft: RunDraft) -> dict[str, Any]:
    result = draft.summary.get("check", {})
    current = bool(result) and result.get("stamp") == stamp_of(draft)
    job = draft.job if draft.job is not None and not current else None
    if not current:
        return {"result": None, "job": job, "job_percent": 100 * job.done / job.total if job and job.total else 0}
    show = request.GET.get("show", "all")
    faults = list(stored_faults(draft))
    clear = {fault.number for fault in faults if fault_of(fault).clear and fault.column}
    numbers = _wanted(show, sorted({fault.number for fault in faults}), clear)
    shown = paginate(request, numbers, size=PAGE_ROWS)
    by_row: dict[int, list[RowFault]] = defaultdict(list)
    for fault in faults:
        if fault.number in shown.rows:
            by_row[fault.number].append(fault)
    names = _columns(draft, [fault for row in by_row.values() for fault in row])
    last = last_mapped_run(draft.organization_id, draft.template_id)
    return {
        "result": result,
        "checked_at": parse_datetime(result["checked_at"]),
        "ready_percent": 100 * result["ready"] / max(1, result["rows"]),
        "faulty_percent": 100 * result["faulty"] / max(1, result["rows"]),
        "show": show if show in SHOWS else "all",
        "clear_count": len(clear),
        "decide_count": len({fault.number for fault in faults}) - len(clear),
        "shown": shown,
        "names": [_words(name) for name in names],
        "bad_rows": [_bad_row(draft, number, by_row[number], names) for number in shown.rows],
        "extremes": [_extreme(one) for one in result["extremes"]],
        "last": last,
        "changes": changes_since(last, draft, set(last.version.schema.get("properties", {}))) if last else [],
        "keep_days": int(draft.options.get("retention_days") or drafts.KEEP_DAYS),
        **_numbers(draft, result),
    }


def _wanted(show: str, numbers: list[int], clear: set[int]) -> list[int]:
    if show == "clear":
        return [number for number in numbers if number in clear]
    return [number for number in numbers if number not in clear] if show == "decide" else numbers


def _numbers(draft: RunDraft, result: dict[str, Any]) -> dict[str, Any]:
    mapping = FieldMapping.from_json(draft.mapping)
    if not any(entry.source.kind == "sequence" for entry in mapping.entries) or not result["ready"]:
        return {"first_number": "", "last_number": ""}
    name = str(draft.options.get("sequence") or "")
    first = next_serial(draft.organization_id, name)
    return {"first_number": serial(name, first), "last_number": serial(name, first + result["ready"] - 1)}


def _columns(draft: RunDraft, faults: list[RowFault]) -> list[str]:
    """The fields of the grid: first those that have faults on this page, in the template's order, at most five."""
    mapping = FieldMapping.from_json(draft.mapping)
    plain = [name for name in [*draft.version.schema.get("properties", {}), DELIVERY_EMAIL] if mapping.entry(name)]
    plain = [name for name in dict.fromkeys(plain) if _source(mapping, name)]
    bad = {fault.field.strip("/").split("/")[0] for fault in faults}
    chosen = [name for name in plain if name in bad][:SHOWN_COLUMNS]
    chosen += [name for name in plain if name not in chosen][: SHOWN_COLUMNS - len(chosen)]
    return [name for name in plain if name in chosen]


def _source(mapping: FieldMapping, name: str) -> str:
    entry = mapping.entry(name)
    return JOINT.join(entry.source.columns) if entry else ""


def _bad_row(draft: RunDraft, number: int, stored: list[RowFault], names: list[str]) -> BadRow:
    faults = [fault_of(fault) for fault in stored]
    main = next((fault for fault in faults if fault.column), faults[0])
    shown = stored[0].details.get("shown", {})
    mapping = FieldMapping.from_json(draft.mapping)
    path = main.field.strip("/").replace("/", ".")
    field = path if path in names else ""
    if not main.column and names and not field:
        field = names[0]  # the whole row is meant: its first cell stands for it
    column = main.column or _source(mapping, field)
    was = main.excerpt if main.column else shown.get(field, "")
    cells = [
        {"name": _words(name), "bad": name == field, "value": was if name == field else shown.get(name, "")}
        for name in names
    ]
    if not field:
        cells = [{"name": main.field_name, "bad": True, "value": was}, *cells[1:]]
    return BadRow(
        number=number,
        reasons=[fault.message for fault in faults],
        cells=cells,
        answers=_answers(number, main, column, was),
        acceptable=next((fault.code for fault in faults if fault.acceptable), ""),
        column=column,
        was=was,
    )


def _answers(number: int, fault: Fault, column: str, was: str) -> Answers:
    if fault.code == "ragged_row" and column and was:
        return [{"label": _("Keep these cells"), "send": f"{number}|{column}|{was}"}]
    words = {"dmy": _("day first"), "mdy": _("month first")}
    return [
        {
            "label": (answer.value[:40] or _("empty")) + (f" ({words[answer.label]})" if answer.label in words else ""),
            "send": f"{number}|{column}|{answer.value}",
        }
        for answer in fault.answers
        if column
    ]


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _extreme(one: dict[str, Any]) -> dict[str, Any]:
    titles = {"longest": _("Longest"), "shortest": _("Shortest"), "emptiest": _("Emptiest")}
    if one["reason"] == "emptiest":
        detail = _("without %(fields)s") % {"fields": ", ".join(map(_words, one["empty_fields"][:3])).lower()}
    else:
        detail = _("%(field)s of %(n)s characters") % {"field": _words(one["field"]), "n": one["characters"]}
    return {"reason": one["reason"], "title": titles[one["reason"]], "number": one["number"], "detail": detail}
