"""Why somebody may or may not: the chain that ``can`` follows, in words, and who can change it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from platform_core.access.can import Principal, can, known
from platform_core.access.plans import in_plan
from platform_core.access.registry import PERMISSIONS
from platform_core.access.roles import allows
from platform_core.access.shares import is_shared, shareable_of
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Role
from platform_core.organizations.selectors.roles import granters


@dataclass(frozen=True, slots=True)
class Step:
    """One link: ``organization``, ``plan``, ``scopes``, ``role`` or ``share``; whether it lets through; a sentence."""

    source: str
    granted: bool
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer of ``can`` with its reasons."""

    permission: str
    label: str
    granted: bool
    steps: tuple[Step, ...]
    who_can_grant: tuple[str, ...]

    @property
    def why(self) -> str:
        """The reasons in one line: what let through, or all that did not."""
        return " ".join(step.text for step in self.steps if step.granted == self.granted)

    @property
    def facts(self) -> dict[str, Any]:
        """As the API answers it."""
        steps = [{"source": step.source, "granted": step.granted, "text": step.text} for step in self.steps]
        return {
            "permission": self.permission,
            "label": self.label,
            "granted": self.granted,
            "why": self.why,
            "steps": steps,
            "who_can_grant": list(self.who_can_grant),
        }


def explain(principal: Principal, permission: str, obj: Any = None) -> Explanation:
    """This will say what ``can`` says, why, and who can grant it: members who may give roles and hold it themselves.

    Raises UnknownPermissionError. Opens the organization's scope by itself: denials are explained when the page is gone.
    """
    known(permission)
    label = str(PERMISSIONS[permission].label)
    with tenant(principal.organization_id):
        granted = can(principal, permission, obj)
        steps = tuple(_steps(principal, permission, label, obj))
        people = () if granted else granters(principal.organization_id, frozenset([permission]))
    return Explanation(permission, label, granted, steps, tuple(str(person) for person in people))


def _steps(principal: Principal, permission: str, label: str, obj: Any) -> list[Step]:
    if obj is not None and getattr(obj, "organization_id", principal.organization_id) != principal.organization_id:
        return [Step("organization", False, _("This belongs to another organization."))]
    steps = []
    if not in_plan(principal.organization_id, permission):
        steps.append(
            Step("plan", False, _("The plan of the organization does not include “%(label)s”.") % {"label": label})
        )
    if principal.key_id is not None:
        return [*steps, _scopes(principal, permission)]
    steps.append(_role(principal, permission, label))
    if obj is not None and shareable_of(obj) is not None:
        steps.append(_share(principal, permission, obj))
    return steps


def _scopes(principal: Principal, permission: str) -> Step:
    held = permission in principal.scopes
    text = _("The API key has the scope %(name)s.") if held else _("The API key has not the scope %(name)s.")
    return Step("scopes", held, text % {"name": permission})


def _role(principal: Principal, permission: str, label: str) -> Step:
    role = principal.role_name or (Role(principal.role).label if principal.role in Role.values else principal.role)
    held = permission in principal.held or allows(principal.role, permission)
    text = _("The role %(role)s holds “%(label)s”.") if held else _("The role %(role)s lacks “%(label)s”.")
    return Step("role", held, text % {"role": role, "label": label})


def _share(principal: Principal, permission: str, obj: Any) -> Step:
    shared = is_shared(principal.user_id, obj, permission)
    text = _("“%(object)s” is shared for this.") if shared else _("“%(object)s” is not shared for this.")
    return Step("share", shared, text % {"object": getattr(obj, "name", "") or str(obj)})
