"""What a call takes, and nothing else: a misspelt name must not be passed over."""

from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.settings import api_settings

from platform_core.kits.languages import is_language

NON_FIELD_ERRORS_KEY = str(api_settings.NON_FIELD_ERRORS_KEY)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names that it does not know, each with a pointer."""

    def to_internal_value(self, data: Any) -> Any:
        """This will read the object, which in a form is JSON text."""
        if isinstance(data, str):
            try:
                data = orjson.loads(data)
            except orjson.JSONDecodeError:
                raise serializers.ValidationError({NON_FIELD_ERRORS_KEY: [_("Send a JSON object.")]}) from None
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            known = ", ".join(self.fields)
            text = _("There is no such option. There are: %(known)s.") % {"known": known}
            raise serializers.ValidationError(
                {str(name): [serializers.ErrorDetail(text, "unknown")] for name in unknown}
            )
        return super().to_internal_value(data)


class LanguageField(serializers.CharField):
    """A language by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=6, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """This will take a code that names a language."""
        code = super().to_internal_value(data)
        if code and not is_language(code):
            text = _("“%(code)s” is no language. Send its code, such as en, es or pt-BR.")
            raise serializers.ValidationError(text % {"code": code}, code="unknown_language")
        return code
