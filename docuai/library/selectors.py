"""Reads of the template library. Counts of runs are read over the models' relation: runs stand above this slice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from docuai.library.models import DocumentTemplate, TemplateSource, TemplateVersion
from platform_core.organizations.models import Organization

LANGUAGES = ("en", "es")
NEWEST_FIRST, BY_NAME = "newest", "name"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of templates is narrowed to; empty values narrow nothing."""

    search: str = ""
    tag: str = ""
    engine: str = ""
    state: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """How much a template was used: runs, and the rows in them."""

    runs: int = 0
    rows: int = 0


@dataclass(slots=True)
class Card:
    """A template as the list shows it, with the version that stands for it: the published one, else the newest."""

    template: DocumentTemplate
    versions: Sequence[TemplateVersion]
    languages: Sequence[str] = ()
    use: Use = field(default_factory=Use)

    @property
    def newest(self) -> TemplateVersion:
        """This will give the version with the highest number."""
        return max(self.versions, key=lambda version: version.number)

    @property
    def published(self) -> TemplateVersion | None:
        """This will give the version that new runs take."""
        return next((version for version in self.versions if version.state == "published"), None)

    @property
    def shown(self) -> TemplateVersion:
        """This will give the version that stands for the template."""
        return self.published or self.newest

    @property
    def draft(self) -> TemplateVersion | None:
        """This will give a draft newer than what is published."""
        return self.newest if self.newest.state == "draft" and self.newest is not self.shown else None


def published(organization: Organization | UUID) -> QuerySet[TemplateVersion]:
    """This will give the versions that new runs may take, each with its template, by name."""
    versions = TemplateVersion.objects.for_organization(organization).filter(
        state="published", template__deleted_at=None
    )
    return versions.select_related("template").order_by("template__name", "id")


def template(organization: Organization | UUID, slug: str) -> DocumentTemplate | None:
    """This will find a template by its slug; nothing where there is none or it was deleted."""
    found = DocumentTemplate.objects.for_organization(organization).filter(slug=slug, deleted_at=None)
    return found.select_related("organization", "thumbnail").first()


def templates(organization: Organization | UUID, wanted: Wanted | None = None) -> QuerySet[DocumentTemplate]:
    """This will give the templates that are not deleted, narrowed, by name."""
    found = DocumentTemplate.objects.for_organization(organization).filter(deleted_at=None)
    wanted = wanted or Wanted()
    if wanted.search:
        words = Q()
        for word in wanted.search.split():
            words &= Q(name__icontains=word) | Q(description__icontains=word) | Q(tags__icontains=word)
        found = found.filter(words)
    if wanted.tag:
        found = found.filter(tags__contains=[wanted.tag])
    if wanted.engine:
        found = found.filter(engine=wanted.engine)
    if wanted.state:
        found = found.filter(id__in=_in_state(organization, wanted.state))
    if wanted.language:
        sources = TemplateSource.objects.for_organization(organization).filter(language=wanted.language)
        found = found.filter(id__in=sources.values("version__template_id"))
    return found.order_by("name", "id")


def cards(organization: Organization | UUID, shown: Sequence[DocumentTemplate]) -> list[Card]:
    """This will read what the cards of these templates say, in three queries."""
    versions = TemplateVersion.objects.for_organization(organization).filter(template__in=shown)
    light = versions.defer("schema", "problems", "sample").order_by("-number")
    by_template: dict[UUID, list[TemplateVersion]] = {}
    for version in light:
        by_template.setdefault(version.template_id, []).append(version)
    made = [Card(template, by_template[template.pk]) for template in shown if template.pk in by_template]
    spoken = languages_of(organization, [card.shown.pk for card in made])
    used = use_of(organization, [card.template.pk for card in made])
    for card in made:
        card.languages, card.use = spoken.get(card.shown.pk, ()), used.get(card.template.pk, Use())
    return made


def tags(organization: Organization | UUID) -> list[tuple[str, int]]:
    """This will count the tags in use, the most used first."""
    found = (
        DocumentTemplate.objects.for_organization(organization).filter(deleted_at=None).values_list("tags", flat=True)
    )
    counted = Counter(tag for each in found for tag in each)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0].casefold()))


def use_of(organization: Organization | UUID, template_ids: Sequence[UUID]) -> dict[UUID, Use]:
    """This will count runs and their rows a template, in one query."""
    found = DocumentTemplate.objects.for_organization(organization).filter(id__in=template_ids, runs__isnull=False)
    counted = found.values_list("id").annotate(n=Count("runs"), rows=Sum("runs__job__total"))
    return {template_id: Use(runs, rows or 0) for template_id, runs, rows in counted}


def languages_of(organization: Organization | UUID, version_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """This will list the languages that versions have a source in."""
    sources = TemplateSource.objects.for_organization(organization).filter(version__in=version_ids).exclude(language="")
    spoken: dict[UUID, list[str]] = {}
    for version_id, language in sources.order_by("language").values_list("version_id", "language"):
        spoken.setdefault(version_id, []).append(language)
    return spoken


def versions(template: DocumentTemplate) -> QuerySet[TemplateVersion]:
    """This will give a template's versions, newest first, each with who made it, its sources' names and its runs."""
    names = TemplateSource.objects.for_organization(template.organization_id).defer("content").order_by("language")
    found = TemplateVersion.objects.for_organization(template.organization_id).filter(template=template)
    found = found.select_related("created_by", "template").prefetch_related(Prefetch("sources", names))
    return found.annotate(runs_made=Count("runs")).order_by("-number")


def version(template: DocumentTemplate, number: int | None = None) -> TemplateVersion | None:
    """This will find a version by number; without one the newest."""
    found = TemplateVersion.objects.for_organization(template.organization_id).filter(template=template)
    if number is not None:
        found = found.filter(number=number)
    return found.select_related("template", "created_by").order_by("-number").first()


def missing_languages(spoken: Sequence[str]) -> list[str]:
    """This will list the languages of the platform that a version has no source in: it falls back there."""
    return [language for language in LANGUAGES if language not in spoken]


def _in_state(organization: Organization | UUID, state: str) -> QuerySet[TemplateVersion, Any]:
    versions = TemplateVersion.objects.for_organization(organization)
    if state == "published":
        return versions.filter(state=state).values("template_id")
    live = versions.filter(state="published").values("template_id")
    if state == "draft":
        return versions.filter(state="draft").values("template_id")
    without = versions.exclude(template_id__in=live)
    return (
        without.filter(state="deprecated")
        .exclude(template_id__in=versions.filter(state="draft").values("template_id"))
        .values("template_id")
    )
