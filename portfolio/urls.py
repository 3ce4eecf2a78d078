"""Routes of the project: one include an app."""

from django.contrib import admin
from django.urls import include, path, re_path

from docuai.bulk.views import check
from platform_core.access.rest import Nothing
from platform_core.kits.api.docs import Docs
from portfolio import inbox, reports

urlpatterns = [
    path("api/v1/", include("portfolio.api_urls")),  # first: what is asked most is found soonest
    path("api/docs/", Docs.as_view(), name="api-docs"),
    re_path(r"^api/.*$", Nothing.as_view(), name="api-nothing"),
    path("admin/", admin.site.urls),
    path("", include("platform_core.urls")),
    path("csp-reports/", reports.csp_reports, name="csp-reports"),
    path("mail", inbox.inbox, name="inbox"),
    path("mail/<str:message_id>/", inbox.message, name="message"),
    path("mail/<str:message_id>/frame/", inbox.frame, name="message-frame"),
    path("mail/<str:message_id>/attachments/<int:number>/", inbox.attachment, name="message-attachment"),
    path("accounts/", include("allauth.urls")),
    path("check/", check.check, name="check"),
    path("orgs/<slug:slug>/docuai/", include("docuai.urls")),
]

handler400 = "platform_core.shell.errors.bad_request"
handler403 = "platform_core.shell.errors.forbidden"
handler404 = "platform_core.shell.errors.not_found"
handler500 = "platform_core.shell.errors.server_error"
