"""Routes of the project: one include an app."""

from django.urls import include, path

urlpatterns = [
    path("", include("platform_core.shell.urls")),
    path("accounts/", include("allauth.urls")),
    path("orgs/<slug:slug>/docuai/", include("docuai.bulk.urls")),
]
