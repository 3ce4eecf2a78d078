"""Routes of what staff do, and of what everybody may know."""

from django.urls import path

from platform_core.operations.views import members, status

urlpatterns = [
    path("status", status.status, name="status"),
    path("status.json", status.status_json, name="status-json"),
    path("accessibility", status.accessibility, name="accessibility"),
    path("acting/end/", members.end, name="impersonation-end"),
    path("me/notices/<uuid:notice_id>/dismiss/", members.dismiss, name="notice-dismiss"),
    path("orgs/<slug:slug>/settings/support/", members.support_access, name="organization-support"),
]
