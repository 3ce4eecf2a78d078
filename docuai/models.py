"""Gathers the models of the slices for Django. Nothing else lives here, and nobody imports it."""

from docuai.bulk.models import (
    BulkRun,
    Document,
    NumberSequence,
    RowFault,
    RunDraft,
    RunPersonShare,
    RunRow,
    RunTeamShare,
)
from docuai.library.models import (
    DocumentTemplate,
    TemplatePersonShare,
    TemplateSample,
    TemplateSource,
    TemplateTeamShare,
    TemplateVersion,
)

__all__ = [
    "BulkRun",
    "Document",
    "DocumentTemplate",
    "NumberSequence",
    "RowFault",
    "RunDraft",
    "RunPersonShare",
    "RunRow",
    "RunTeamShare",
    "TemplatePersonShare",
    "TemplateSample",
    "TemplateSource",
    "TemplateTeamShare",
    "TemplateVersion",
]
