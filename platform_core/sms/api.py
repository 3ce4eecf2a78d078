"""REST: the mobile number of whoever calls. Keys belong to organizations and have none."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.keys import Credential
from platform_core.access.rest import PersonAPIView
from platform_core.kits.api.problems import ProblemError, register_problem
from platform_core.sms import services
from platform_core.sms.selectors import is_offered, number_of
from platform_core.sms.serializers import CodeInputSerializer, MobileSerializer, NumberInputSerializer

register_problem(services.SmsError, status=422, code="sms_refused")


class OwnNumber(PersonAPIView):
    """What both resources ask for: a person."""

    def enter(self, request: Request, credential: Credential | None) -> None:
        """This will refuse keys."""
        super().enter(request, credential)
        if credential is not None:
            raise ProblemError(
                403, "person_required", _("A mobile number belongs to a person. Sign in; a key has none.")
            )

    @property
    def me(self) -> Any:
        return self.request.user

    def shown(self) -> Response:
        """This will show the number as it stands."""
        row = number_of(self.me.pk)
        found = {
            "is_offered": is_offered(),
            "number": row.number,
            "verified_at": row.verified_at,
            "waits_for_code": row.asked_number,
        }
        return Response(MobileSerializer(found).data)


class Mobile(OwnNumber):
    """Your mobile number."""

    @extend_schema(operation_id="mobile_show", responses=MobileSerializer)
    def get(self, request: Request) -> Response:
        """Show your mobile number."""
        return self.shown()

    @extend_schema(
        operation_id="mobile_ask",
        request=NumberInputSerializer,
        responses=MobileSerializer,
        examples=[OpenApiExample("A number", value={"number": "+34600111222"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Send a code to a number. The number of before stays until the code is given."""
        asked = NumberInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.ask_code(actor=self.me, **asked.validated_data)
        return self.shown()

    @extend_schema(operation_id="mobile_remove", responses=MobileSerializer)
    def delete(self, request: Request) -> Response:
        """Forget your mobile number: no text messages any more."""
        services.remove_number(actor=self.me)
        return self.shown()


class VerifyMobile(OwnNumber):
    """The code that proves it."""

    @extend_schema(
        operation_id="mobile_verify",
        request=CodeInputSerializer,
        responses=MobileSerializer,
        examples=[OpenApiExample("A code", value={"code": "204816"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Give the code of the text message. Five wrong ones end it."""
        asked = CodeInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.verify_number(actor=self.me, **asked.validated_data)
        return self.shown()
