"""What a version is made of, as one value: sources by language, assets, schema, sample. Reading it, and having it inspected.

Inspections are kept by content in the process: loading starters for a second organization costs nothing.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from docuai.engines import services as engines
from docuai.engines.services import Inspection, Problem, VersionSource
from docuai.library.models import TemplateSample, TemplateSource, TemplateVersion

EXTENSIONS = {"typst": "typ", "word": "docx"}
MAX_INSPECTIONS = 64
PASSING = frozenset(("engine_unavailable", "engine_crash", "too_slow", "too_much_memory"))  # may be the machine's fault

Samples = tuple[tuple[str, Mapping[str, Any]], ...]

_inspections: OrderedDict[str, Inspection] = OrderedDict()


class TemplateError(Exception):
    """A template cannot do what was asked; the message says why and what to do."""


class TemplateChangedError(TemplateError):
    """Somebody changed the template since the caller read it."""


@dataclass(frozen=True, slots=True)
class Content:
    """Sources by language, files beside them, how the sources are called, the schema of a row and a sample row.

    ``samples`` are those beside the first, by name. The first language is the fallback. No schema: it is read from the sources.
    """

    engine: str
    sources: Mapping[str, bytes]
    assets: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None
    sample: Mapping[str, Any] | None = None
    notes: tuple[Problem, ...] = ()
    sample_name: str = ""
    samples: Samples = ()

    @property
    def source(self) -> VersionSource:
        """This will give the content as engines see it."""
        return VersionSource(self.engine, self.sources, self.assets, self.schema)

    def name_of(self, language: str) -> str:
        """This will give the file name of a language's source."""
        middle = f".{language}" if len(set(self.sources.values())) > 1 else ""
        return self.names.get(language) or f"template{middle}.{EXTENSIONS[self.engine]}"

    def same_as(self, other: "Content") -> bool:
        """This will say whether a version of the one would be a version of the other, sample apart."""
        fallback = next(iter(self.sources), "") == next(iter(other.sources), "")
        return fallback and self.source.content_hash == other.source.content_hash


def content_of(version: TemplateVersion) -> Content:
    """This will read all of a version, in two queries."""
    stored = list(TemplateSource.objects.for_organization(version.organization_id).filter(version=version))
    sources = sorted(
        (s for s in stored if s.language), key=lambda s: (s.language != version.default_language, s.language)
    )
    return Content(
        engine=version.template.engine,
        sources={source.language: bytes(source.content) for source in sources},
        assets={source.name: bytes(source.content) for source in stored if not source.language},
        names={source.language: source.name for source in sources},
        schema=version.schema,
        sample=version.sample,
        sample_name=version.sample_name,
        samples=others_of(version),
    )


def others_of(version: TemplateVersion) -> Samples:
    """This will read the samples beside the first."""
    rows = TemplateSample.objects.for_organization(version.organization_id).filter(version=version)
    return tuple((each.name, each.row) for each in rows.order_by("id"))


def inspected(content: Content) -> Inspection:
    """This will read fields and list all problems of a content, those of its upload first."""
    sample = json.dumps(content.sample, sort_keys=True, default=str)
    key = hashlib.sha256(f"{content.source.content_hash}{sample}".encode()).hexdigest()
    found = _inspections.get(key)
    if found is None:
        found = engines.inspect(
            engine=content.engine,
            sources=content.sources,
            assets=content.assets,
            schema=content.schema,
            sample=content.sample,
        )
        if not any(problem.code in PASSING for problem in found.problems):
            _inspections[key] = found
            while len(_inspections) > MAX_INSPECTIONS:
                _inspections.popitem(last=False)
    return replace(found, problems=(*content.notes, *found.problems))
