"""Routes of API keys, under ``/orgs/<slug>/keys/``."""

from django.urls import path

from platform_core.access import views

urlpatterns = [
    path("", views.keys, name="keys"),
    path("new/", views.key_new, name="key-new"),
    path("<uuid:key_id>/", views.key, name="key"),
    path("<uuid:key_id>/revoke/", views.key_revoke, name="key-revoke"),
]
