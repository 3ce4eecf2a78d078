"""Query parameters, read by a serializer: an unknown value is refused, never passed over."""

import functools
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from platform_core.kits.api.problems import ParameterError, flatten

ALWAYS = frozenset(["cursor", "limit"])


def read_parameters(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """This will return those parameters of a list that were given. Raises ParameterError for a wrong one or one that does not exist."""
    if ALWAYS.issuperset(request.query_params) and _asks_nothing(kind):
        return {}
    asked = kind(data=request.query_params)
    if unknown := sorted(set(request.query_params) - set(asked.fields) - ALWAYS):
        known = ", ".join([*asked.fields, *sorted(ALWAYS)])
        raise ParameterError(
            unknown[0], _("There is no such parameter. There are: %(known)s.") % {"known": known}, "unknown"
        )
    if not asked.is_valid():
        fault = next(iter(flatten(asked.errors)))
        raise ParameterError(fault["pointer"].strip("/").partition("/")[0], fault["message"], fault["code"])
    return {name: value for name, value in asked.validated_data.items() if name in request.query_params}


@functools.cache
def _asks_nothing(kind: type[serializers.Serializer[Any]]) -> bool:
    """Whether no parameter is required, and none is checked against another."""
    own = kind.validate is serializers.Serializer.validate
    return own and not any(field.required for field in kind().fields.values())
