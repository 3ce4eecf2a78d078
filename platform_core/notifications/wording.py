"""Rows to words, in the language of now."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from platform_core.notifications.models import Notification
from platform_core.notifications.registry import KINDS, Text, Told


@dataclass(frozen=True, slots=True)
class Line:
    """A notification with its words."""

    row: Notification
    text: Text
    icon: str


def lines(rows: Iterable[Notification]) -> list[Line]:
    """This will word rows that were read with their organization and the person they speak of.

    A kind that no app declares any more says only that something happened.
    """
    return [_line(row) for row in rows]


def _line(row: Notification) -> Line:
    kind = KINDS.get(row.kind)
    about = row.about.get_full_name() if row.about else _("Somebody")
    if kind is None:
        return Line(row, Text(_("Something happened in %(name)s") % {"name": row.organization.name}, ""), "bell")
    told = Told(row.organization.name, row.organization.slug, row.facts, about)
    return Line(row, kind.say(told), kind.icon)
