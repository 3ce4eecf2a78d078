"""Routes of the audit page."""

from django.urls import path

from platform_core.evidence import views

urlpatterns = [
    path("orgs/<slug:slug>/audit/", views.audit_log, name="audit"),
    path("orgs/<slug:slug>/audit/verify/", views.audit_verify, name="audit-verify"),
    path("orgs/<slug:slug>/audit/export/", views.audit_export, name="audit-export"),
]
