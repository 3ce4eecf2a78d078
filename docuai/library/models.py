"""Templates and their immutable versions."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from platform_core.access.models import PersonShare, TeamShare
from platform_core.files.models import StoredFile
from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned


class SchemaField(models.JSONField):
    """A JSON Schema whose properties stay in the author's order: jsonb would sort them by length and letter."""

    ORDER = "x-order"

    def get_prep_value(self, value: Any) -> Any:
        """This will write the order of each object's properties beside them."""
        return super().get_prep_value(_numbered(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """This will put the properties in that order again."""
        return _ordered(super().from_db_value(value, expression, connection))

    def deconstruct(self) -> Any:
        """This will look like Django's own field to migrations: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def _numbered(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbered(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _numbered(each) for key, each in value.items()}
    properties = value.get("properties")
    return inner | {SchemaField.ORDER: list(properties)} if isinstance(properties, dict) else inner


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _ordered(each) for key, each in value.items() if key != SchemaField.ORDER}
    properties, order = inner.get("properties"), value.get(SchemaField.ORDER)
    if isinstance(properties, dict) and isinstance(order, list):
        inner["properties"] = {name: properties[name] for name in order if name in properties} | properties
    return inner


class DocumentTemplate(OrganizationOwned):
    """The source of a kind of document. Written by editors; deleted ones are purged after 30 days."""

    class Engine(models.TextChoices):
        TYPST = "typst", "Typst"
        WORD = "word", "Word"

    personal_data = PersonalData(
        subject="created_by",
        purpose="showing who made the template",
        retention="until deleted, then 30 days",
        export=("name", "created_at"),
        erasure="anonymize",
    )

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    engine = models.CharField(max_length=10, choices=Engine)
    description = models.CharField(max_length=300, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    starter = models.CharField(max_length=40, blank=True)
    thumbnail = TenantForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "slug"], name="template_slug_once", condition=models.Q(deleted_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(OrganizationOwned):
    """An immutable state of a template; a run pins one. Only its state, sample data and notes ever change.

    ``sample`` is the first of its samples: thumbnails, checks and previews take it where none is named.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("template version", "Draft")
        PUBLISHED = "published", pgettext_lazy("template version", "Published")
        DEPRECATED = "deprecated", pgettext_lazy("template version", "Deprecated")

    personal_data = PersonalData(
        subject="created_by",
        purpose="showing who wrote the version",
        retention="as long as a document made from it",
        export=("number", "created_at"),
        erasure="anonymize",
    )

    template = TenantForeignKey(DocumentTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    content_hash = models.CharField(max_length=64)
    default_language = models.CharField(max_length=5, default="en")
    schema = SchemaField(default=dict)
    problems = models.JSONField(default=list)
    parts = models.JSONField(default=list)  # of a Word file, by language: which tags stand in text, header, footer …
    sample = models.JSONField(default=dict)
    sample_name = models.CharField(max_length=60, blank=True)
    notes = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "template", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["organization", "template"],
                name="version_published_once",
                condition=models.Q(state="published"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class TemplateSample(OrganizationOwned):
    """Another sample row of a version, beside its first: a long one, an empty one, one in another language."""

    personal_data = NoPersonalData("rows made up to try a template")

    version = TenantForeignKey(TemplateVersion, models.CASCADE, related_name="samples")
    name = models.CharField(max_length=60)
    row = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "version", "name"], name="sample_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateSource(OrganizationOwned):
    """One language's source of a version, or an asset of it (``language`` empty). Never updated: the grant is revoked."""

    personal_data = NoPersonalData("wording of a template")

    version = TenantForeignKey(TemplateVersion, models.CASCADE, related_name="sources")
    language = models.CharField(max_length=5, blank=True)
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "version", "language", "name"], name="source_once")
        ]


class TemplatePersonShare(PersonShare):
    """A template shared with a member."""

    personal_data = PersonalData(
        subject="user",
        purpose="what a member may read or edit",
        retention="until the share ends or the member leaves",
        export=("content_object", "created_at"),
        erasure="delete",
    )

    content_object = TenantForeignKey(DocumentTemplate, models.CASCADE, related_name="person_shares")


class TemplateTeamShare(TeamShare):
    """A template shared with a team."""

    personal_data = NoPersonalData("names a team and a template")

    content_object = TenantForeignKey(DocumentTemplate, models.CASCADE, related_name="team_shares")
