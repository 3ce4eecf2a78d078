"""REST: who calls, and the organization's API keys."""

from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access import selectors, services
from platform_core.access.can import permissions_of, principal_of
from platform_core.access.idempotency import idempotent
from platform_core.access.keys import Credential
from platform_core.access.models import ApiKey
from platform_core.access.rest import Authenticated, OrganizationAPIView, PersonAPIView
from platform_core.access.serializers import (
    CallFilterSerializer,
    CallSerializer,
    HeldKeySerializer,
    KeyInputSerializer,
    KeySerializer,
    MeSerializer,
    NewKeySerializer,
)
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.problems import ProblemError, register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.kits.api.throttling import admit
from platform_core.kits.observability.context import client
from platform_core.organizations.models import Membership, Organization
from platform_core.permissions import KEY_MANAGE

KEY_COLUMNS: tuple[str, ...] = tuple(KeySerializer._declared_fields)
CALL_COLUMNS: tuple[str, ...] = tuple(CallSerializer._declared_fields)
register_problem(services.KeyRefusedError, status=422, code="key_refused")


class Me(PersonAPIView):
    """Who the credentials of this call belong to."""

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who am I: the person or the key, its organizations and what it may do there."""
        return Response(_key(self.credential) if self.credential else _person(request.user))


class Keys(OrganizationAPIView):
    """The API keys of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": KEY_MANAGE, "POST": KEY_MANAGE}
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="keys_list", parameters=CURSOR_PARAMETERS, responses=page_of(KeySerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List API keys, the newest first; revoked ones too."""
        return Response(cursor_page(request, selectors.key_rows(self.organization_id)))

    @extend_schema(
        operation_id="keys_create",
        request=KeyInputSerializer,
        responses={201: NewKeySerializer},
        examples=[
            OpenApiExample(
                "A key that reads",
                value={
                    "name": "Payroll export",
                    "scopes": ["platform_core.organization.view", "platform_core.job.view"],
                },
                request_only=True,
            )
        ],
    )
    @idempotent(never_stored=("secret",))
    def post(self, request: Request, slug: str) -> Response:
        """Make an API key. Its secret stands in this answer and nowhere else. A key can be given what its maker holds."""
        asked = KeyInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        key, secret = services.create_key(
            actor=self.actor,
            principal=self.principal,
            organization=self.organization,
            is_test=given.pop("test"),
            **given,
        )
        return Response({**_shown(key), "secret": secret}, status=201)


class Key(OrganizationAPIView):
    """One API key."""

    permissions: ClassVar[dict[str, str]] = {"DELETE": KEY_MANAGE}

    @extend_schema(operation_id="keys_revoke", responses={204: None})
    def delete(self, request: Request, slug: str, key_id: Any) -> Response:
        """Revoke an API key for good, and the keys that it made: their next call is refused. A revoked one stays so."""
        key = get_object_or_404(ApiKey.objects.for_organization(self.organization_id), pk=key_id)
        services.revoke_key(actor=self.actor, key=key, key_id=self.principal.key_id)
        return Response(status=204)


class RevokeHeldKey(Authenticated):
    """The end of a leaked key, for whoever found it. No account and no organization is asked for: the secret is enough."""

    authentication_classes = []
    max_body_bytes = 10_000

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """This will count the call by its address; nobody is asked who they are."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.max_body_bytes:
            raise RequestDataTooBig
        self.admission = admit(f"ip:{client().ip}", "sign_in")

    @extend_schema(
        operation_id="keys_revoke_held",
        request=HeldKeySerializer,
        responses={204: None},
        auth=[{"apiKey": []}, {}],  # type: ignore[list-item]  # in the header, or nobody's call with the key in the body
        examples=[OpenApiExample("A key found in a public file", value={"key": "pf_live_…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Revoke a leaked key, and the keys that it made, by its secret. The answer is the same for a key that we do not know."""
        asked = HeldKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        scheme, _space, held = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        secret = asked.validated_data.get("key") or (held if scheme.lower() == "bearer" else "")
        if not secret.strip():
            raise ProblemError(422, "key_missing", _("Send the key as `key` or in the Authorization header."))
        services.revoke_by_holder(secret=secret.strip())
        return Response(status=204)


class Calls(OrganizationAPIView):
    """The log of calls by one key."""

    permissions: ClassVar[dict[str, str]] = {"GET": KEY_MANAGE}

    @extend_schema(
        operation_id="key_requests_list",
        parameters=[CallFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(CallSerializer),
    )
    def get(self, request: Request, slug: str, key_id: Any) -> Response:
        """List what a key has called in the last seven days, the newest first. A call stands here seconds after it ended."""
        wanted = read_parameters(request, CallFilterSerializer)
        get_object_or_404(ApiKey.objects.for_organization(self.organization_id), pk=key_id)
        rows = selectors.requests_of(
            self.organization_id,
            key_id,
            status=wanted.get("status", ""),
            method=wanted.get("method", ""),
            search=wanted.get("q", ""),
        )
        return Response(cursor_page(request, rows.values(*CALL_COLUMNS)))


def _shown(key: ApiKey) -> dict[str, Any]:
    return {name: key.is_test if name == "test" else getattr(key, name) for name in KEY_COLUMNS}


def _person(user: Any) -> dict[str, Any]:
    rows = Membership.objects.filter(user=user).select_related("organization").order_by("organization__name")
    organizations = [
        {
            "slug": row.organization.slug,
            "name": row.organization.name,
            "role": row.role,
            "scopes": sorted(permissions_of(principal_of(row))),
        }
        for row in rows
    ]
    person = {"id": user.pk, "email": user.email, "name": user.name}
    return {"kind": "person", "person": person, "key": None, "organizations": organizations}


def _key(credential: Credential) -> dict[str, Any]:
    name = Organization.objects.values_list("name", flat=True).get(pk=credential.organization_id)
    scopes = sorted(credential.scopes)
    key = {
        "id": credential.key_id,
        "name": credential.name,
        "scopes": scopes,
        "expires_at": credential.expires_at,
        "test": credential.is_test,
    }
    organization = {"slug": credential.slug, "name": name, "role": None, "scopes": scopes}
    return {"kind": "key", "person": None, "key": key, "organizations": [organization]}
