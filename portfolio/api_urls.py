"""Routes of the API, ``/api/v1/``: one include an app, and the description."""

from django.urls import include, path

from platform_core.kits.api import docs

urlpatterns = [
    path("schema/", docs.schema, name="api-schema"),
    path("orgs/<slug:slug>/docuai/", include("docuai.api_urls")),  # one pattern to pass by; the platform's are many
    path("", include("platform_core.api_urls")),
]
