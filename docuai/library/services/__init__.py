"""Writes of the template library, one module a kind of use case. Pages, REST and commands call what is named here."""

from docuai.library.content import TemplateChangedError, TemplateError
from docuai.library.services.creating import create_from_starter, create_template, duplicate
from docuai.library.services.describing import EDITED, clean_name, clean_tags, delete, describe, purge_deleted, undelete
from docuai.library.services.looking import Picture, picture_of, preview, source_of, thumbnail_of
from docuai.library.services.publishing import deprecate, publish
from docuai.library.services.samples import (
    Sample,
    SampleError,
    add_sample,
    delete_sample,
    rename_sample,
    sample_of,
    samples_of,
    set_sample,
)
from docuai.library.services.versions import add_version, restore_version, save_version, set_field

__all__ = [
    "EDITED",
    "Picture",
    "Sample",
    "SampleError",
    "TemplateChangedError",
    "TemplateError",
    "add_sample",
    "add_version",
    "clean_name",
    "clean_tags",
    "create_from_starter",
    "create_template",
    "delete",
    "delete_sample",
    "deprecate",
    "describe",
    "duplicate",
    "picture_of",
    "preview",
    "publish",
    "purge_deleted",
    "rename_sample",
    "restore_version",
    "sample_of",
    "samples_of",
    "save_version",
    "set_field",
    "set_sample",
    "source_of",
    "thumbnail_of",
    "undelete",
]
