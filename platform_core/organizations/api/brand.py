"""REST: the organization's brand. The logo is sent on the page."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.selectors.branding import brand_row, look_of
from platform_core.organizations.serializers import BrandInputSerializer, BrandSerializer
from platform_core.organizations.services import branding
from platform_core.permissions import ORGANIZATION_MANAGE, ORGANIZATION_VIEW

SAMPLE = {"accent": "#0b6e4f", "sender_name": "Universidad Andina", "postal_address": "Av. Arce 2100\nLa Paz"}


class Brand(AccessView, OrganizationAPIView):
    """How the organization looks."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_VIEW, "PUT": ORGANIZATION_MANAGE}

    @extend_schema(operation_id="brand_read", responses=BrandSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the brand, with the colors as they are used."""
        return Response(self._shown())

    @extend_schema(
        operation_id="brand_change",
        request=BrandInputSerializer,
        responses=BrandSerializer,
        examples=[OpenApiExample("A brand", value=SAMPLE, request_only=True)],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Write color, sender's name and postal address. A color that cannot be read is mended, not refused."""
        asked = BrandInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        branding.set_brand(actor=self.person, organization=self.organization, **asked.validated_data)
        return Response(self._shown())

    def _shown(self) -> dict[str, Any]:
        row, look = brand_row(self.organization), look_of(self.organization)
        return {
            "accent": row.accent,
            "accent_light": look.accent,
            "accent_dark": look.accent_dark,
            "sender_name": row.sender_name,
            "postal_address": row.postal_address,
            "logo_url": look.logo_url or None,
        }
