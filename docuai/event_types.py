"""News of DocuAI. Payloads hold ids and counts only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from platform_core.events.registry import EventType, declare

ID = "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"
JOB, TEMPLATE = "jobs/{job_id}/", "docuai/templates/"


def _finished(kind: str, label: Any) -> EventType:
    return EventType(f"{kind}.finished", label, {"job_id": ID, "state": "partial", "done": 1197, "failed": 3}, JOB)


declare(
    EventType("docuai.run.started", _("A run was launched"), {"run_id": ID}, "docuai/runs/"),
    _finished("docuai.run", _("A run ended")),
    EventType("docuai.run.deleted", _("A run was deleted"), {"run_id": ID}),
    EventType(
        "docuai.row.corrected", _("A document was corrected"), {"run_id": ID, "row": 618, "void_document_id": ID}
    ),
    _finished("docuai.verify", _("The documents of a run were verified")),
    _finished("docuai.merge", _("The documents of a run were merged")),
    _finished("docuai.mail", _("The documents of a run were mailed")),
    _finished("docuai.check", _("A table was checked")),
    EventType("docuai.template.created", _("A template was made"), {"template_id": ID}, TEMPLATE),
    EventType(
        "docuai.template.published",
        _("A template version was published"),
        {"template_id": ID, "version_id": ID, "number": 2},
        TEMPLATE,
    ),
    EventType(
        "docuai.template.deprecated",
        _("A template version was taken out of use"),
        {"template_id": ID, "version_id": ID, "number": 1},
        TEMPLATE,
    ),
    EventType("docuai.template.deleted", _("A template was deleted"), {"template_id": ID}, TEMPLATE),
)
