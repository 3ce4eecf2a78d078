"""Routes of DocuAI: one include a slice."""

from django.urls import include, path

urlpatterns = [
    path("", include("docuai.bulk.urls")),
    path("", include("docuai.library.urls")),
]
