"""Routes of the platform: one include a slice. An organization's own pages lie under ``/orgs/<slug>/``."""

from django.urls import include, path

urlpatterns = [
    path("orgs/<slug:slug>/keys/", include("platform_core.access.urls")),
    path("orgs/<slug:slug>/test-data/", include("platform_core.testmode.urls")),
    path("", include("platform_core.files.urls")),
    path("", include("platform_core.jobs.urls")),
    path("", include("platform_core.shell.urls")),
    path("", include("platform_core.accounts.urls")),
    path("", include("platform_core.organizations.urls")),
    path("", include("platform_core.identity.urls")),
    path("", include("platform_core.evidence.urls")),
    path("", include("platform_core.operations.urls")),
    path("", include("platform_core.analytics.urls")),
    path("", include("platform_core.notifications.urls")),
    path("", include("platform_core.webhooks.urls")),
    path("", include("platform_core.sms.urls")),
]
