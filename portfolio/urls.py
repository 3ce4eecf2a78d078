"""Routes of the project: one include an app."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
