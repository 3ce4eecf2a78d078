"""REST: how many accounts are active."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.analytics import selectors
from platform_core.analytics.serializers import ActiveFilterSerializer, ActiveSerializer
from platform_core.kits.api.parameters import read_parameters
from platform_core.permissions import ORGANIZATION_MANAGE


class ActiveAccounts(OrganizationAPIView):
    """Active accounts of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_MANAGE}

    @extend_schema(operation_id="analytics_active", parameters=[ActiveFilterSerializer], responses=ActiveSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Count active accounts by day or month, in all and by product."""
        by: Any = read_parameters(request, ActiveFilterSerializer).get("by", "day")
        periods = selectors.active(self.organization, by=by, now=timezone.now())
        told = ActiveSerializer({"by": by, "time_zone": self.organization.time_zone, "periods": periods})
        return Response(told.data)
