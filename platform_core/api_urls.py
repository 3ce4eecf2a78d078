"""Routes of the platform's API: one line a resource. An organization's resources lie under ``orgs/<slug>/``."""

from django.urls import include, path

from platform_core.access import api as access
from platform_core.analytics import api as analytics
from platform_core.audit import api as audit
from platform_core.evidence import api as evidence
from platform_core.files import api as files
from platform_core.jobs import api as jobs
from platform_core.notifications import api as notifications
from platform_core.organizations import urls as organizations
from platform_core.sms import api as sms
from platform_core.testmode import urls as testmode
from platform_core.webhooks import urls as webhooks

urlpatterns = [
    path("me/", access.Me.as_view(), name="api-me"),
    path("me/notifications/", notifications.Notifications.as_view(), name="api-notifications"),
    path("me/notifications/read/", notifications.ReadAll.as_view(), name="api-notifications-read"),
    path("me/notifications/<uuid:notification_id>/", notifications.OneNotification.as_view(), name="api-notification"),
    path("me/notification-preferences/", notifications.Preferences.as_view(), name="api-notification-preferences"),
    path("me/mobile/", sms.Mobile.as_view(), name="api-mobile"),
    path("me/mobile/verify/", sms.VerifyMobile.as_view(), name="api-mobile-verify"),
    path("orgs/<slug:slug>/notifications/", notifications.DeliveryLog.as_view(), name="api-notification-log"),
    path("orgs/<slug:slug>/", include(organizations.api_patterns)),
    path("keys/revoke/", access.RevokeHeldKey.as_view(), name="api-key-held-revoke"),
    path("orgs/<slug:slug>/keys/", access.Keys.as_view(), name="api-keys"),
    path("orgs/<slug:slug>/keys/<uuid:key_id>/", access.Key.as_view(), name="api-key"),
    path("orgs/<slug:slug>/keys/<uuid:key_id>/requests/", access.Calls.as_view(), name="api-key-requests"),
    path("orgs/<slug:slug>/analytics/active/", analytics.ActiveAccounts.as_view(), name="api-analytics-active"),
    path("orgs/<slug:slug>/audit/", audit.AuditLog.as_view(), name="api-audit"),
    path("orgs/<slug:slug>/audit/verify/", evidence.VerifyAudit.as_view(), name="api-audit-verify"),
    path("orgs/<slug:slug>/audit/export/", evidence.ExportAudit.as_view(), name="api-audit-export"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/", evidence.TouchedByKey.as_view(), name="api-touched-key"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/zip/", evidence.KeyEvidence.as_view(), name="api-zip-key"),
    path("orgs/<slug:slug>/evidence/keys/<uuid:key_id>/revoke/", evidence.RevokeAllOfKey.as_view(), name="api-end-key"),
    path(
        "orgs/<slug:slug>/evidence/members/<uuid:member_id>/",
        evidence.TouchedByMember.as_view(),
        name="api-touched-member",
    ),
    path(
        "orgs/<slug:slug>/evidence/members/<uuid:member_id>/zip/",
        evidence.MemberEvidence.as_view(),
        name="api-zip-member",
    ),
    path(
        "orgs/<slug:slug>/evidence/members/<uuid:member_id>/revoke/",
        evidence.RevokeAllOfMember.as_view(),
        name="api-end-member",
    ),
    path("orgs/<slug:slug>/jobs/", jobs.Jobs.as_view(), name="api-jobs"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/", jobs.JobDetail.as_view(), name="api-job"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/pause/", jobs.PauseJob.as_view(), name="api-job-pause"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/resume/", jobs.ResumeJob.as_view(), name="api-job-resume"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/cancel/", jobs.CancelJob.as_view(), name="api-job-cancel"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/retry/", jobs.RetryJob.as_view(), name="api-job-retry"),
    path("orgs/<slug:slug>/test-data/", include(testmode.api_patterns)),
    path("orgs/<slug:slug>/webhooks/", include(webhooks.api_patterns)),
    path("orgs/<slug:slug>/files/uploads/", files.Uploads.as_view(), name="api-uploads"),
    path("orgs/<slug:slug>/files/uploads/<uuid:upload_id>/", files.Upload.as_view(), name="api-upload"),
]
