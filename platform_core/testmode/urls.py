"""Routes of test data, under ``/orgs/<slug>/test-data/`` and ``/api/v1/orgs/<slug>/test-data/``."""

from django.urls import path

from platform_core.testmode import api, views

urlpatterns = [
    path("", views.test_data, name="test-data"),
    path("wipe/", views.test_data_wipe, name="test-data-wipe"),
    path("mails/<uuid:mail_id>/", views.test_mail, name="test-mail"),
    path("mails/<uuid:mail_id>/attachments/<int:index>/", views.test_mail_attachment, name="test-mail-attachment"),
]
api_patterns = [
    path("", api.TestData.as_view(), name="api-test-data"),
    path("mails/", api.TestMails.as_view(), name="api-test-mails"),
    path("mails/<uuid:mail_id>/", api.TestMail.as_view(), name="api-test-mail"),
    path(
        "mails/<uuid:mail_id>/attachments/<int:index>/",
        api.TestMailAttachment.as_view(),
        name="api-test-mail-attachment",
    ),
]
