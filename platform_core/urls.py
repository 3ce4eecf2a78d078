"""Routes of the platform: one include a slice. An organization's own pages lie under ``/orgs/<slug>/``."""

from django.urls import include, path

urlpatterns = [
    path("", include("platform_core.shell.urls")),
]
