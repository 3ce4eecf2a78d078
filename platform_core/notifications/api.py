"""REST: a person's notifications over all their organizations. Keys belong to organizations and have none."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.keys import Credential
from platform_core.access.rest import OrganizationAPIView, PersonAPIView
from platform_core.audit.services import audit_view
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.problems import ProblemError, register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.notifications import selectors, services
from platform_core.notifications.forms import FIELDS
from platform_core.notifications.registry import is_wanted, kinds
from platform_core.notifications.serializers import (
    DeliveryFilterSerializer,
    DeliverySerializer,
    NotificationChangeSerializer,
    NotificationFilterSerializer,
    NotificationSerializer,
    PreferencesInputSerializer,
    PreferencesSerializer,
    ReadSerializer,
)
from platform_core.notifications.wording import lines
from platform_core.permissions import ORGANIZATION_MANAGE

register_problem(services.PreferenceError, status=422, code="preference_refused")


class OwnView(PersonAPIView):
    """What all resources here ask for: a person."""

    def enter(self, request: Request, credential: Credential | None) -> None:
        """This will refuse keys."""
        super().enter(request, credential)
        if credential is not None:
            raise ProblemError(403, "person_required", _("Notifications belong to people. Sign in; a key has none."))

    def shown(self, ids: list[Any]) -> list[dict[str, Any]]:
        """This will word these notifications, in the order of the ids."""
        rows = selectors.inbox(self.me.pk).select_related("organization", "about").filter(id__in=ids)
        return [
            {
                "id": line.row.pk,
                "kind": line.row.kind,
                "organization": line.row.organization.slug,
                "title": line.text.title,
                "body": line.text.body,
                "path": line.text.path,
                "created_at": line.row.created_at,
                "read_at": line.row.read_at,
            }
            for line in lines(rows)
        ]

    @property
    def me(self) -> Any:
        return self.request.user


class Notifications(OwnView):
    """The inbox of whoever calls."""

    @extend_schema(
        operation_id="notifications_list",
        parameters=[NotificationFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(NotificationSerializer),
    )
    def get(self, request: Request) -> Response:
        """List your notifications, the newest first."""
        rows = selectors.inbox(self.me.pk)
        if read_parameters(request, NotificationFilterSerializer).get("unread"):
            rows = rows.filter(read_at=None)
        page = cursor_page(request, rows.values("id"))
        return Response({**page, "results": self.shown([row["id"] for row in page["results"]])})


class OneNotification(OwnView):
    """One notification."""

    @extend_schema(
        operation_id="notifications_change",
        request=NotificationChangeSerializer,
        responses=NotificationSerializer,
        examples=[OpenApiExample("Read", value={"is_read": True}, request_only=True)],
    )
    def patch(self, request: Request, notification_id: Any) -> Response:
        """Mark a notification read or unread."""
        if not selectors.inbox(self.me.pk).filter(pk=notification_id).exists():
            raise Http404
        asked = NotificationChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if asked.validated_data["is_read"]:
            services.mark_read(actor=self.me, ids=[notification_id])
        else:
            services.mark_unread(actor=self.me, ids=[notification_id])
        return Response(self.shown([notification_id])[0])


class ReadAll(OwnView):
    """All that is unread."""

    @extend_schema(operation_id="notifications_read_all", request=None, responses=ReadSerializer)
    def post(self, request: Request) -> Response:
        """Mark all your notifications read."""
        count, _at = services.mark_read(actor=self.me)
        return Response({"read": count})


class DeliveryLog(OrganizationAPIView):
    """What went out to the members of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_MANAGE}

    @extend_schema(
        operation_id="notification_deliveries_list",
        parameters=[DeliveryFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(DeliverySerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List deliveries of notifications, the newest first: states and reasons, no texts."""
        state = read_parameters(request, DeliveryFilterSerializer).get("state", "")
        rows = selectors.delivery_log(self.organization_id, state=state)
        columns = [field.source or name for name, field in DeliverySerializer().fields.items()]
        page = cursor_page(request, rows.values(*columns))
        audit_view(
            action="notification.log.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=len({row["notification__user_id"] for row in page["results"]}),
            throttled=True,
            part=f"api?{request.query_params.urlencode()}",
        )
        return Response({**page, "results": DeliverySerializer(page["results"], many=True).data})


class Preferences(OwnView):
    """How whoever calls wants to be told."""

    @extend_schema(operation_id="notification_preferences_show", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Show which kinds come by which channel, and when mails come."""
        return Response(self.preferences())

    @extend_schema(
        operation_id="notification_preferences_change",
        request=PreferencesInputSerializer,
        responses=PreferencesSerializer,
        examples=[
            OpenApiExample("One mail a day at seven", value={"digest": "daily", "digest_hour": 7}, request_only=True)
        ],
    )
    def patch(self, request: Request) -> Response:
        """Change what is named; the rest stays."""
        asked = PreferencesInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = dict(asked.validated_data)
        chosen = {(one["kind"], one["channel"]): one["is_on"] for one in fields.pop("kinds", [])}
        with transaction.atomic():
            services.choose(actor=self.me, wanted=chosen)
            if fields:
                services.plan(actor=self.me, **fields)
        return Response(self.preferences())

    def preferences(self) -> dict[str, Any]:
        """This will show them as they stand."""
        chosen, schedule = selectors.choices([self.me.pk]), selectors.schedule_of(self.me.pk)
        rows = [
            {
                "kind": kind.name,
                "channel": channel,
                "is_on": is_wanted(kind, channel, self.me.pk, chosen),
                "name": str(kind.label),
                "is_mandatory": channel in kind.mandatory,
            }
            for kind in kinds()
            for channel in selectors.channels_of(self.me.pk)
        ]
        plan = PreferencesSerializer({**{name: getattr(schedule, name) for name in FIELDS}, "kinds": rows})
        return dict(plan.data)
