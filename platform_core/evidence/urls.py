"""Routes of the audit page and its settings."""

from django.urls import path

from platform_core.evidence.views import keeping, log, review, touched

urlpatterns = [
    path("orgs/<slug:slug>/access/review/", review.review, name="access-review"),
    path("orgs/<slug:slug>/access/review/report/", review.report, name="access-report"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/", touched.touched, name="touched-key"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/zip/", touched.touched_zip, name="touched-zip-key"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/revoke/", touched.touched_revoke, name="touched-revoke-key"),
    path("orgs/<slug:slug>/evidence/members/<uuid:member_id>/", touched.touched, name="touched-member"),
    path("orgs/<slug:slug>/evidence/members/<uuid:member_id>/zip/", touched.touched_zip, name="touched-zip-member"),
    path(
        "orgs/<slug:slug>/evidence/members/<uuid:member_id>/revoke/",
        touched.touched_revoke,
        name="touched-revoke-member",
    ),
    path("orgs/<slug:slug>/audit/", log.audit_log, name="audit"),
    path("orgs/<slug:slug>/audit/verify/", log.audit_verify, name="audit-verify"),
    path("orgs/<slug:slug>/audit/export/", log.audit_export, name="audit-export"),
    path("orgs/<slug:slug>/audit/keeping/", keeping.keeping, name="audit-keeping"),
    path("orgs/<slug:slug>/audit/keeping/retention/", keeping.retention, name="audit-retention"),
    path("orgs/<slug:slug>/audit/keeping/stream/", keeping.stream, name="audit-stream"),
    path("orgs/<slug:slug>/audit/keeping/stream/switch/", keeping.stream_switch, name="audit-stream-switch"),
]
