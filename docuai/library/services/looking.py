"""Looking at a version: its pages as pictures, a document of one row, the thumbnail of the list. All made in the sandbox."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from docuai.engines import services as engines
from docuai.engines.services import EngineError, Rendered, RenderOptions, VersionSource
from docuai.library.content import content_of
from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.files import services as files
from platform_core.files.models import StoredFile

THUMBNAIL_DPI = 72
PURPOSE = "docuai.thumbnail"


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as PNG: which, of how many, its size in pixels, and how long it took to make."""

    content: bytes
    page: int
    pages: int
    width: int
    height: int
    milliseconds: int


def source_of(*, version: TemplateVersion) -> VersionSource:
    """This will give the version as engines see it; kept in the process, since versions never change."""
    return _source(version.organization_id, version.pk, version.content_hash)


@lru_cache(maxsize=32)
def _source(organization_id: UUID, version_id: UUID, content_hash: str) -> VersionSource:
    version = TemplateVersion.objects.for_organization(organization_id).select_related("template").get(id=version_id)
    content = content_of(version)
    return VersionSource(content.engine, content.sources, content.assets, content.schema, content_hash)


def preview(
    *, source: VersionSource, row: Mapping[str, Any], language: str = "", format: str = "pdf", test: bool = False
) -> Rendered:
    """This will make the document of one row without keeping it; raises EngineError."""
    return engines.render_one(
        version=source, row=_spoken(row, language), options=RenderOptions(format=format, language=language, test=test)
    )


def picture_of(
    *,
    source: VersionSource,
    row: Mapping[str, Any],
    language: str = "",
    page: int = 1,
    dpi: int = 96,
    test: bool = False,
) -> Picture:
    """This will draw one page (from 1, the last where there are fewer) of the document of a row; raises EngineError."""
    started = time.perf_counter()
    spoken, options = _spoken(row, language), RenderOptions(language=language, test=test)
    try:
        drawn = engines.preview_png(version=source, row=spoken, options=options, page=page, dpi=dpi)
    except EngineError as error:
        if error.code != "page_out_of_range":
            raise
        last = int(error.params["pages"])
        drawn = engines.preview_png(version=source, row=spoken, options=options, page=last, dpi=dpi)
    taken = round(1000 * (time.perf_counter() - started))
    return Picture(drawn.content, drawn.page, drawn.pages, drawn.width, drawn.height, taken)


def thumbnail_of(*, version: TemplateVersion) -> StoredFile:
    """This will give the picture of a version's first page, drawn at first use and kept until another version is shown.

    Raises EngineError where the sample cannot be rendered.
    """
    template = version.template
    if template.thumbnail is not None and template.thumbnail.name == thumbnail_name(version):
        return template.thumbnail
    language = version.default_language
    picture = picture_of(source=source_of(version=version), row=version.sample, language=language, dpi=THUMBNAIL_DPI)
    with transaction.atomic():
        file = files.store(
            organization_id=version.organization_id,
            name=thumbnail_name(version),
            content=picture.content,
            purpose=PURPOSE,
            actor=None,
            content_type="image/png",
        )
        DocumentTemplate.objects.for_organization(version.organization_id).filter(id=template.pk).update(thumbnail=file)
    if template.thumbnail is not None:
        files.delete(file=template.thumbnail, actor=None)
    return file


def thumbnail_name(version: TemplateVersion) -> str:
    """This will name a thumbnail by what it shows: another sample or content has another name."""
    shown = f"{version.content_hash}{json.dumps(version.sample, sort_keys=True)}{version.default_language}"
    return f"{hashlib.sha256(shown.encode()).hexdigest()[:20]}.png"


def _spoken(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The row as it would be in a language: a sample speaks one, and its version several."""
    return {**row, "lang": language} if language else dict(row)
