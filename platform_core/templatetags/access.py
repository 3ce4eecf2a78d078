"""``{% can "docuai.run.start" as may_start %}``: what a page offers follows what the person may do. A builtin."""

from typing import Any

from django import template

from platform_core.access.can import can as may

register = template.Library()


@register.simple_tag(takes_context=True)
def can(context: template.Context, permission: str, obj: Any = None) -> bool:
    """This will say whether whoever looks at the page may; nobody may on a page outside of an organization."""
    principal = getattr(context["request"], "principal", None)
    return principal is not None and may(principal, permission, obj)
