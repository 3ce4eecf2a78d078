"""The staff site: pick an organization and work as its tenant; paste any id, address or request id and it opens.

Signing in is the site's own (no second password page that would skip a factor); picking is audited in the organization
that is looked into, so its owners see who of us was there.
"""

from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, path, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.sites import UnfoldAdminSite

from platform_core.access.models import ApiRequest
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.kits.tenancy.admin import PICKED, StaffSite
from platform_core.kits.tenancy.scope import service
from platform_core.kits.web.staff import StaffModelAdmin, is_staff
from platform_core.operations.alarms import LABELS, open_alarms
from platform_core.organizations.models import Organization


class Staff(StaffSite, UnfoldAdminSite):
    """The one admin site of the project."""

    site_title = site_header = "Portfolio"
    index_title = gettext_lazy("Platform staff")
    index_template = "admin/staff_index.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """This will take only admins of ours: those of other packages would let staff change rows past our services."""
        if admin_class and issubclass(admin_class, StaffModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """This will send everybody to the site's own sign-in; who is signed in without being staff finds nothing here."""
        if request.user.is_authenticated and request.user.is_staff:  # signed in before a factor was asked for
            onward = request.GET.get("next") or reverse("admin:index")
            return redirect(f"{reverse('step-up')}?{urlencode({'next': onward, 'factor': '1'})}")
        if request.user.is_authenticated:
            return cast(HttpResponse, get_object_or_404(Organization.objects.none()))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def get_urls(self) -> list[Any]:
        own = [
            path("find/", self.admin_view(self.find), name="find"),
            path("pick/", self.admin_view(require_POST(self.pick_organization)), name="pick"),
        ]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if not is_staff(request):
            return context
        picked = request.session.get(PICKED)
        return context | {
            "alarms": [(LABELS.get(alarm.name, alarm.name), alarm) for alarm in open_alarms()],
            "picked": Organization.objects.filter(id=picked).first() if picked else None,
            "organizations": Organization.objects.order_by("name")[:200],
        }

    def pick_organization(self, request: HttpRequest) -> HttpResponse:
        """This will work as the tenant of the chosen organization from now on, or as none."""
        chosen = request.POST.get("organization") or None
        organization = get_object_or_404(Organization, id=chosen) if chosen else None
        self._pick(request, organization.pk if organization else None)
        return redirect("admin:index")

    def find(self, request: HttpRequest) -> HttpResponse:
        """This will open what an id, an address or a request id names, as its organization's tenant."""
        text = request.GET.get("q", "").strip()
        with service("staff search by id over all organizations"):
            found = self._by_address(text) or self._by_id(text.rstrip("/").rpartition("/")[2]) or self._by_request(text)
        if found is None:
            messages.warning(request, _("Nothing has the id or address “%(text)s”.") % {"text": text[:200]})
            return redirect("admin:index")
        organization_id = getattr(found, "organization_id", None)
        if organization_id and str(organization_id) != request.session.get(PICKED):
            self._pick(request, organization_id, target=found)
        meta = found._meta
        return redirect(f"admin:{meta.app_label}_{meta.model_name}_change", found.pk)

    def _pick(self, request: HttpRequest, organization_id: UUID | None, target: Model | None = None) -> None:
        if organization_id:
            with service("staff opens an organization"):
                audit(
                    action="platform_core.staff.look",
                    actor=request.user,  # type: ignore[arg-type]
                    actor_kind=AuditEvent.ActorKind.STAFF,
                    organization_id=organization_id,
                    target=target,
                )
        self.pick(request, organization_id)

    def _by_id(self, text: str) -> Model | None:
        try:
            wanted = UUID(text)
        except ValueError:
            return None
        for model in self._registry:
            if model._meta.pk.get_internal_type() == "UUIDField" and (row := self._row(model, pk=wanted)):
                return row
        return None

    def _by_address(self, text: str) -> Model | None:
        try:
            match = resolve(urlsplit(text).path)
        except Resolver404:
            return None
        organization = Organization.objects.filter(slug=match.kwargs.get("slug", "")).first()
        for page in self._registry.values():
            if organization and isinstance(page, StaffModelAdmin) and match.url_name in page.routes:
                return page.find(organization.pk, match.kwargs)
        return organization

    def _by_request(self, text: str) -> Model | None:
        if not text:
            return None
        return self._row(AuditEvent, request_id=text) or self._row(ApiRequest, request_id=text)

    def _row(self, model: type[Model], **wanted: Any) -> Model | None:
        return model._default_manager.filter(**wanted).first()
