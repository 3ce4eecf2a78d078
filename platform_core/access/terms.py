"""How often and how many at once an organization's callers may call: the plan's limits, or else those of ``API_RATES``.

A key's terms are remembered with the key (``keys``), a person's for seconds in the process: no call pays a query for them.
"""

import time
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from limits import parse

from platform_core.kits.api.throttling import Terms
from platform_core.organizations.models import PlanLimit
from platform_core.organizations.selectors.limits import DEFAULTS, Limit, declare_limit

PREFIX = "api."
CLASSES = {
    "read": _("API calls a minute that read, for each caller"),
    "write": _("API calls a minute that write, for each caller"),
    "heavy": _("API calls a minute that render, for each caller"),
}
for _class, _label in CLASSES.items():
    declare_limit(Limit(f"{PREFIX}{_class}", _label, parse(settings.API_RATES[_class]).amount, "each"))
AT_ONCE = declare_limit(Limit(f"{PREFIX}at_once", _("API calls at the same time"), 50, "each"))
REMEMBER_SECONDS, MOST_REMEMBERED = 15, 10_000
_remembered: dict[UUID, tuple[float, Terms]] = {}


def terms_of(organization_id: UUID) -> Terms:
    """This will read the terms of an organization, in its scope: one query."""
    rows = PlanLimit.objects.for_organization(organization_id).filter(name__startswith=PREFIX)
    own = dict(rows.values_list("name", "value"))
    amounts = {name: own[f"{PREFIX}{name}"] for name in CLASSES if f"{PREFIX}{name}" in own}
    return Terms(amounts, own.get(AT_ONCE, DEFAULTS[AT_ONCE].default))


def remembered_terms(organization_id: UUID) -> Terms:
    """This will return the terms of an organization as they were within the last 15 s."""
    now = time.monotonic()
    until, found = _remembered.get(organization_id, (0.0, Terms()))
    if until <= now:
        found = terms_of(organization_id)
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[organization_id] = (now + REMEMBER_SECONDS, found)
    return found
