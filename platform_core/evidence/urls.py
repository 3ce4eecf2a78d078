"""Routes of the audit page."""

from django.urls import path

from platform_core.evidence import views

urlpatterns = [path("orgs/<slug:slug>/audit/", views.audit_log, name="audit")]
