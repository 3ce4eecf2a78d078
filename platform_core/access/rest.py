"""The edges of the API: who calls, how often they may, in which organization, and whether they may do that.

A key's call costs no query here while the key is remembered; a session's costs three (session, person, membership).
"""

import contextlib
import time
from functools import cached_property
from typing import Any, ClassVar, NoReturn, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from platform_core.access import keys
from platform_core.access.can import Principal, known, principal_of
from platform_core.access.doors import RefusedError, membership_of
from platform_core.access.doors import admit as let_in
from platform_core.access.factors import is_shut_out
from platform_core.access.freshness import is_fresh
from platform_core.access.request_log import JOURNAL, MOST_WAITING, line_of
from platform_core.access.terms import remembered_terms
from platform_core.kits.api import problems
from platform_core.kits.api.deprecation import headers_of
from platform_core.kits.api.problems import ProblemError
from platform_core.kits.api.rendering import JSONParser, JSONRenderer, OneFormat
from platform_core.kits.api.throttling import ANYBODY, Admission, ForgottenError, Terms, admit, settle
from platform_core.kits.observability.context import bind, client, set_client_key
from platform_core.kits.tenancy.scope import enter_person, enter_tenant
from platform_core.organizations.models import Organization

METHODS = ("get", "post", "put", "patch", "delete")
READS = frozenset(["GET", "HEAD", "OPTIONS"])


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer pf_live_…`` (``pf_test_…``). There is no password anywhere in the API: it would pass by the second factor."""

    def authenticate(self, request: Request) -> tuple[Any, keys.Credential] | None:
        scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            refuse_key()
        secret = secret.strip()
        return AnonymousUser(), keys.recalled(secret) or keys.authenticate(secret) or refuse_key()

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="portfolio"'


def refuse_key() -> NoReturn:
    """This will count a wrong key against the caller's address, and refuse it."""
    admit(f"ip:{client().ip}", "sign_in")
    raise AuthenticationFailed(_("This API key is wrong, revoked or expired."), code="invalid_key")


class Authenticated(APIView):
    """What all our views share: formats, authentication, rate limits, problems."""

    authentication_classes = [KeyAuthentication, SessionAuthentication]
    permission_classes = []
    renderer_classes = [JSONRenderer]
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    content_negotiation_class = OneFormat
    max_body_bytes: ClassVar[int] = 25_000_000  # larger files come as uploads in parts
    route_class: ClassVar[str] = ""  # of API_RATES; without one: read or write, by the method
    costs: ClassVar[dict[str, int]] = {}  # by method: how many calls of the limit one call is worth; 1 if not said

    request: Request
    format_kwarg: Any = None
    credential: keys.Credential | None = None
    admission: Admission | None = None

    def get_exception_handler(self) -> Any:
        return problems.handle

    def handle_exception(self, exc: Exception) -> Any:
        """This will write a refusal down, now that its transaction is rolled back, and answer the problem."""
        if isinstance(exc, RefusedError):
            exc.write()
        return super().handle_exception(exc)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """This will run before the handler; everything it raises becomes a problem."""
        self.began = time.perf_counter()
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.max_body_bytes:  # before anything reads or spools it
            raise RequestDataTooBig
        request.user  # noqa: B018  authenticates
        credential = cast(keys.Credential | None, request.auth)
        if credential is None and not request.user.is_authenticated:
            raise NotAuthenticated(_("Send an API key (Authorization: Bearer …) or sign in."))
        self.credential = credential
        if credential:
            credential = self.credential = self._count_key(request, credential)
            set_client_key(credential.key_id)
        self.enter(request, credential)

    def _count_key(self, request: Request, credential: keys.Credential) -> keys.Credential:
        """This will count the call of a key, and give the key as it is now: a copy is used only if its epoch is not over."""
        if credential.still:
            with contextlib.suppress(ForgottenError):
                self.count(credential.terms, credential.organization_id, credential.still)
            if self.admission:
                keys.touch(credential)
                return credential
            self.credential = None  # until it is known again
            secret = request.META["HTTP_AUTHORIZATION"].partition(" ")[2].strip()
            self.credential = credential = keys.authenticate(secret) or refuse_key()
        self.count(credential.terms, credential.organization_id)
        return credential

    def count(self, terms: Terms = ANYBODY, crowd: Any = None, still: tuple[str, int] | None = None) -> None:
        """This will count the call against its caller's limits, and take a place among those of an organization."""
        caller = f"key:{self.credential.key_id}" if self.credential else f"user:{self.request.user.pk}"
        method = str(self.request.method)
        route_class = self.route_class or ("read" if method in READS else "write")
        self.admission = admit(
            caller, route_class, cost=self.costs.get(method, 1), terms=terms, crowd=crowd, still=still
        )

    def enter(self, request: Request, credential: keys.Credential | None) -> None:
        """This will open the scope of the caller."""
        raise NotImplementedError

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """This will add what is left of the rate limit; nothing of the API is kept by caches between us and the caller."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        handler = getattr(self, str(request.method).lower(), None)
        told = {**(self.admission.headers if self.admission else {}), **headers_of(handler)}
        for name, value in told.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")
        if answer.streaming:  # it is not over before the last byte has left
            answer._resource_closers.append(lambda: self._end(request, answer))  # type: ignore[attr-defined]
        else:
            self._end(request, answer)
        return answer

    def _end(self, request: Request, answer: Any) -> None:
        """This will give the call's place back and note it in the log of its key."""
        line = None
        if who := self.credential:
            line = line_of(
                organization_id=who.organization_id,
                key_id=who.key_id,
                began=self.began,
                request=request._request,
                status=answer.status_code,
                body=getattr(answer, "data", None),
            )
        settle(self.admission, line=line, journal=JOURNAL, most=MOST_WAITING)


class OrganizationAPIView(Authenticated):
    """A resource of an organization, ``/api/v1/orgs/<slug>/…``. Handlers run in its scope.

    ``permissions`` names one for each method (HEAD and OPTIONS follow GET): a handler without one does not load. A
    stranger and a key of another organization get 404; who may not gets 403, and the refusal is written down. Handlers
    take ``slug`` and the rest of the path as keywords; ``self.actor`` goes to services (None for a key, whose id the
    audit log knows by itself), ``self.key_id`` to rows that keep it.
    """

    permissions: ClassVar[dict[str, str]] = {}
    fresh: ClassVar[frozenset[str]] = frozenset()  # methods for which a person must have shown just now who they are
    any_of: ClassVar[Any] = None  # of a list: the model whose shared objects open it
    takes_test_keys: ClassVar[bool] = False  # whether a test key may write here; it reads all that its scopes allow
    principal: Principal
    organization_id: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for method in METHODS:
            if hasattr(cls, method):
                known(cls.permissions.get(method.upper(), f"{cls.__name__} names no permission for {method}"))

    def enter(self, request: Request, credential: keys.Credential | None) -> None:
        slug = self.kwargs["slug"]
        self.membership = None
        if credential:
            self._enter_as_key(request, credential, slug)
        else:
            try:
                membership = self.membership = membership_of(request.user, slug)
            except Http404:
                self.count()  # a stranger takes no place of the organization
                raise
            if is_shut_out(request, membership.organization):
                self.count()
                raise ProblemError(403, "factor_required", _("This organization requires a second factor. Add one."))
            enter_tenant(membership.organization_id, user_id=membership.user_id)
            self.count(remembered_terms(membership.organization_id), membership.organization_id)
            self.principal = principal_of(membership)
        self.organization_id = self.principal.organization_id
        bind(organization_id=self.organization_id)
        method = "GET" if request.method in READS else str(request.method)
        if permission := self.permissions.get(method):  # none: there is no such handler, 405 follows
            let_in(
                self.principal,
                permission,
                self.organization_id,
                {},
                of=self._subject,
                any_of=self.any_of if method == "GET" else None,
            )
        if credential is None and method in self.fresh and not is_fresh(request):
            text = _("Confirm that it is you at %(path)s, then try again.") % {"path": reverse("step-up")}
            raise ProblemError(403, "step_up_required", text)

    def _enter_as_key(self, request: Request, credential: keys.Credential, slug: str) -> None:
        if credential.slug != slug:  # another organization, or one that has just been renamed
            secret = request.META["HTTP_AUTHORIZATION"].partition(" ")[2].strip()
            again = keys.authenticate(secret, fresh=True)
            if again is None or again.slug != slug:
                raise Http404
            credential = again
        enter_tenant(credential.organization_id)
        self.principal = Principal(
            credential.organization_id, key_id=credential.key_id, scopes=credential.scopes, is_test=credential.is_test
        )
        if credential.is_test and request.method not in READS and not self.takes_test_keys:
            text = _("This is a test key, and this call would change what is in use. Send a live key.")
            raise ProblemError(403, "live_key_needed", text)

    def subject(self) -> Any:
        """The object of the path, where it can be shared; or Http404. Read only if the role is not enough."""
        return None

    def _subject(self, _organization: Any) -> Any:
        return self.subject()

    @property
    def actor(self) -> Any:
        """The signed-in person as services take it; None for a key."""
        return None if self.principal.key_id else self.request.user

    @property
    def key_id(self) -> Any:
        return self.principal.key_id

    @cached_property
    def organization(self) -> Organization:
        """Read when asked for: a list by ``organization_id`` needs none."""
        return self.membership.organization if self.membership else Organization.objects.get(pk=self.organization_id)


class PersonAPIView(Authenticated):
    """A resource of whoever calls, ``/api/v1/me/…``: of a person over all organizations, or of a key (``self.credential``)."""

    def enter(self, request: Request, credential: keys.Credential | None) -> None:
        if credential:
            enter_tenant(credential.organization_id)
        else:
            self.count()
            enter_person(request.user.pk)  # type: ignore[arg-type]


class Nothing(APIView):
    """Any address below ``/api/`` that is none: a problem, not a page."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OneFormat
    schema = None

    def get_exception_handler(self) -> Any:
        return problems.handle

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = self.initialize_request(request, *args, **kwargs)
        response = self.handle_exception(Http404())
        self.response = self.finalize_response(self.request, response)
        return self.response


__all__ = ["Authenticated", "Nothing", "OrganizationAPIView", "PersonAPIView", "Response"]
