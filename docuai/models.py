"""Gathers the models of the slices for Django. Nothing else lives here, and nobody imports it."""

from docuai.bulk.models import BulkRun, Document, NumberSequence, RowFault, RunDraft, RunRow
from docuai.library.models import DocumentTemplate, TemplateSource, TemplateVersion

__all__ = [
    "BulkRun",
    "Document",
    "DocumentTemplate",
    "NumberSequence",
    "RowFault",
    "RunDraft",
    "RunRow",
    "TemplateSource",
    "TemplateVersion",
]
