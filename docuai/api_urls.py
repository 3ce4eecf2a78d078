"""Routes of DocuAI's API, under ``/api/v1/orgs/<slug>/docuai/``: one line a resource."""

from django.urls import URLPattern, URLResolver, path

from docuai.library import api as library

VERSION = "templates/<slug:template>/versions/<uuid:version_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("templates/", library.Templates.as_view(), name="api-templates"),
    path("templates/<slug:template>/", library.Template.as_view(), name="api-template"),
    path("templates/<slug:template>/versions/", library.Versions.as_view(), name="api-template-versions"),
    path(f"{VERSION}publish/", library.Publish.as_view(), name="api-template-publish"),
    path(f"{VERSION}preview/", library.Preview.as_view(), name="api-template-preview"),
    path(f"{VERSION}schema/", library.Schema.as_view(), name="api-template-schema"),
]
