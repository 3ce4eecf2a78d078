"""What staff do, in the staff admin: each button opens a form that calls the same service as everything else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action as unfold_action

from platform_core.access.freshness import require_fresh
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.operations import services
from platform_core.operations.forms import ActAsForm, NoticeForm, PauseForm
from platform_core.operations.models import Alarm, Impersonation, Notice, Pause, StaffEvent
from platform_core.operations.selectors import SESSION_NAME
from platform_core.organizations.models import Membership, Organization

Page = TypeVar("Page", bound=Callable[..., Any])
action: Callable[..., Callable[[Page], Page]] = cast(
    Any, unfold_action
)  # its annotations know neither lazy texts nor methods


class Doing(StaffModelAdmin):
    """A list with one button that opens a form."""

    def ask(
        self, request: HttpRequest, form: Form, title: str, button: str, do: Callable[[dict[str, Any]], HttpResponse]
    ) -> HttpResponse:
        """This will show the form, or do it; what the service refuses stands at its field."""
        if request.method == "POST" and form.is_valid():
            try:
                return do(form.cleaned_data)
            except services.NotAllowedError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        shown = {**self.admin_site.each_context(request), "form": form, "title": title, "button": button}
        shown |= {"opts": self.model._meta}
        return render(request, "admin/staff_form.html", shown, status=422 if form.errors else 200)

    def back(self) -> HttpResponse:
        """This will go to the list."""
        meta = self.model._meta
        return cast(HttpResponse, redirect(f"admin:{meta.app_label}_{meta.model_name}_changelist"))


@register(Pause)
class PauseAdmin(Doing):
    list_display = ("scope", "name", "organization", "reason_en", "by", "created_at", "until", "lifted_at")
    list_filter = ("scope",)
    list_select_related = ("organization", "by")
    ordering = ("-created_at",)
    actions = ("lift",)
    actions_list: Any = ("begin",)

    @action(description=gettext_lazy("Pause work…"), url_path="begin")
    def begin(self, request: HttpRequest) -> HttpResponse:
        """This will hold back a queue, a provider or an organization's work."""

        def do(data: dict[str, Any]) -> HttpResponse:
            with unscoped_for(data["organization"]):
                services.pause_work(actor=request.user, **data)  # type: ignore[arg-type]
            messages.success(request, _("Paused. Running batches end; nothing new is begun."))
            return self.back()

        return self.ask(request, PauseForm(request.POST or None), _("Pause work"), _("Pause"), do)

    @admin.action(description=gettext_lazy("Lift the pause"), permissions=["act"])
    def lift(self, request: HttpRequest, chosen: QuerySet[Pause]) -> None:
        """This will let the chosen work go on."""
        lifted = 0
        for pause in chosen.select_related("organization"):
            with unscoped_for(pause.organization):
                lifted += services.lift_pause(actor=request.user, pause=pause)  # type: ignore[arg-type]
        messages.success(request, _("Lifted: %(n)s. Work goes on within five seconds.") % {"n": lifted})


@register(Notice)
class NoticeAdmin(Doing):
    list_display = ("level", "text_en", "organization", "starts_at", "ends_at", "by")
    list_filter = ("level",)
    list_select_related = ("organization", "by")
    ordering = ("-starts_at",)
    actions = ("end",)
    actions_list: Any = ("publish",)

    @action(description=gettext_lazy("Publish a notice…"), url_path="publish")
    def publish(self, request: HttpRequest) -> HttpResponse:
        """This will show a dated banner."""

        def do(data: dict[str, Any]) -> HttpResponse:
            with unscoped_for(data["organization"]):
                services.publish_notice(actor=request.user, **data)  # type: ignore[arg-type]
            messages.success(request, _("Published."))
            return self.back()

        return self.ask(request, NoticeForm(request.POST or None), _("Publish a notice"), _("Publish"), do)

    @admin.action(description=gettext_lazy("End the notice now"), permissions=["act"])
    def end(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """This will take the chosen notices down."""
        for notice in chosen.select_related("organization"):
            with unscoped_for(notice.organization):
                services.end_notice(actor=request.user, notice=notice)  # type: ignore[arg-type]
        messages.success(request, _("Ended."))


@register(Impersonation)
class ImpersonationAdmin(Doing):
    list_display = ("staff", "person", "organization", "reason", "acts", "started_at", "expires_at", "ended_at", "end")
    list_select_related = ("staff", "person", "organization")
    ordering = ("-started_at",)
    actions_list: Any = ("act_as",)

    @action(description=gettext_lazy("Act as a member…"), url_path="act-as")
    def act_as(self, request: HttpRequest) -> HttpResponseBase:
        """This will begin after asking who it is once more."""
        return require_fresh(self._act_as)(request)

    def _act_as(self, request: HttpRequest) -> HttpResponse:
        def do(data: dict[str, Any]) -> HttpResponse:
            organization = data["organization"]
            with unscoped(), tenant(organization.pk):
                rows = Membership.objects.for_organization(organization).select_related("user", "organization")
                membership = rows.filter(user__email__iexact=data["email"]).first()
                if membership is None:
                    raise services.NotAllowedError(_("Nobody with this address is a member there."), "email")
                made = services.start_impersonation(
                    actor=request.user,  # type: ignore[arg-type]
                    membership=membership,
                    reason=data["reason"],
                    minutes=data["minutes"],
                    acts=data["acts"],
                )
            request.session.cycle_key()
            request.session[SESSION_NAME] = str(made.pk)
            return cast(HttpResponse, redirect("organization-settings", slug=organization.slug))

        return self.ask(request, ActAsForm(request.POST or None), _("Act as a member"), _("Begin"), do)


@register(Alarm)
class AlarmAdmin(StaffModelAdmin):
    list_display = ("name", "raised_at", "seconds", "told", "cleared_at")
    list_filter = ("name",)
    ordering = ("-raised_at",)


@register(StaffEvent)
class StaffEventAdmin(StaffModelAdmin):
    list_display = ("at", "staff", "action", "label", "ip")
    list_filter = ("action",)
    list_select_related = ("staff",)
    search_fields = ("staff__email", "label", "request_id")
    ordering = ("-at",)


@contextmanager
def unscoped_for(organization: Organization | None) -> Iterator[None]:
    """This will write into the organization that it is about, whichever is picked; of none, into none."""
    with unscoped(), tenant(organization.pk) if organization else nullcontext():
        yield
