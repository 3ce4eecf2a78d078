"""Routes of DocuAI's API, under ``/api/v1/orgs/<slug>/docuai/``: one line a resource."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
