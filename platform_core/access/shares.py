"""Shares of single objects: what can be shared is registered by products; who has one is asked in one query.

A share adds to a role and never takes away. It is a row of a table beside the shared model (``models.PersonShare``), goes
with the membership, the team and the object, and is never remembered between requests. Keys have scopes, no shares.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Count, Exists, OuterRef, Q

from platform_core.kits.permissions import SHAREABLE

Level = Literal["read", "edit"]
LEVELS: tuple[Level, ...] = ("read", "edit")
VERBS = {"read": "view", "edit": "change"}  # Django's permissions, which guardian's tables name


@dataclass(frozen=True, slots=True)
class Shareable:
    """A model whose single objects can be shared: its two tables, what each level gives, how people find an object."""

    kind: str
    label: Any
    model: Any
    people: Any
    teams: Any
    read: frozenset[str]
    edit: frozenset[str]
    path: Callable[[Any], str]
    icon: str = "file"
    living: Q = Q()

    def gives(self, level: str) -> frozenset[str]:
        """What a share of this level holds on its object."""
        return self.edit if level == "edit" else self.read

    def codename(self, level: str) -> str:
        """The name of Django's permission that stands in the row."""
        return f"{VERBS[level]}_{self.model._meta.model_name}"

    def level_of(self, share: Any) -> Level:
        """The level of a row."""
        return "edit" if share.permission.codename == self.codename("edit") else "read"

    def codenames(self, permission: str) -> list[str]:
        """Which rows give a permission."""
        return [self.codename(level) for level in LEVELS if permission in self.gives(level)]


KINDS: dict[str, Shareable] = {}
MODELS: dict[Any, Shareable] = {}


def register_shareable(shareable: Shareable) -> None:
    """This will make objects of a model shareable; the later registration of a kind wins."""
    KINDS[shareable.kind] = MODELS[shareable.model] = shareable
    SHAREABLE.update(shareable.read | shareable.edit)


def shareable_of(obj: Any) -> Shareable | None:
    """This will say how an object is shared; None where it is not."""
    return MODELS.get(type(obj))


def shared_with(user_id: Any, organization_id: Any, shareable: Shareable, permission: str) -> Q | None:
    """This will make the condition under which an object is shared with a person, by name or by team; two sub-selects."""
    names = shareable.codenames(permission)
    if not names or user_id is None:
        return None
    of = {"organization_id": organization_id, "permission__codename__in": names, "content_object": OuterRef("pk")}
    people = shareable.people.objects.filter(membership__user_id=user_id, **of)
    teams = shareable.teams.objects.filter(team__places__membership__user_id=user_id, **of)
    return Q(Exists(people)) | Q(Exists(teams))


def is_shared(user_id: Any, obj: Any, permission: str) -> bool:
    """This will say whether a share of this object gives the person a permission; one query."""
    shareable = shareable_of(obj)
    condition = shared_with(user_id, obj.organization_id, shareable, permission) if shareable else None
    if shareable is None or condition is None:
        return False
    rows = shareable.model.objects.for_organization(obj.organization_id)
    return bool(rows.filter(condition, pk=obj.pk).exists())


def has_shared(user_id: Any, organization_id: Any, model: Any, permission: str) -> bool:
    """This will say whether any object of a model is shared with the person: then its list has something to show."""
    shareable = MODELS.get(model)
    condition = shared_with(user_id, organization_id, shareable, permission) if shareable else None
    if shareable is None or condition is None:
        return False
    return bool(shareable.model.objects.for_organization(organization_id).filter(condition).exists())


def counted(organization_id: Any) -> dict[Any, int]:
    """This will count what is shared with each person, by name and by team: two queries a shareable model."""
    found: dict[Any, int] = {}
    for shareable in KINDS.values():
        for table, path in (
            (shareable.people, "membership__user_id"),
            (shareable.teams, "team__places__membership__user_id"),
        ):
            rows = table.objects.for_organization(organization_id).order_by().values_list(path).annotate(n=Count("pk"))
            for user_id, n in rows.exclude(**{path: None}):
                found[user_id] = found.get(user_id, 0) + n
    return found
