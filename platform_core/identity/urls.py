"""Routes of second factors, step-up, sessions, and of an organization's sign-in policy."""

from django.urls import path

from platform_core.identity.views import adding, passkeys, policy, security, step_up, verifying

urlpatterns = [
    path("accounts/factor/", verifying.verify, name="factor-verify"),
    path("accounts/factor/enroll/", verifying.enroll, name="factor-enroll"),
    path("accounts/factor/cancel/", verifying.cancel, name="factor-cancel"),
    path("accounts/factor/passkey/ask/", passkeys.ask, name="passkey-ask"),
    path("accounts/factor/passkey/answer/", passkeys.answer, name="passkey-answer"),
    path("accounts/factor/passkey/new/ask/", passkeys.ask_new, name="passkey-new-ask"),
    path("accounts/factor/passkey/new/answer/", passkeys.answer_new, name="passkey-new-answer"),
    path("me/confirm/", step_up.confirm, name="step-up"),
    path("me/security/", security.security, name="security"),
    path("me/security/factors/new/", adding.add, name="factor-new"),
    path("me/security/factors/<uuid:handle>/rename/", security.rename, name="factor-rename"),
    path("me/security/factors/<uuid:handle>/remove/", security.remove, name="factor-remove"),
    path("me/security/codes/", adding.codes, name="recovery-codes"),
    path("me/security/sessions/end/", security.end_others, name="sessions-end"),
    path("me/security/sessions/<uuid:session_id>/end/", security.end_one, name="session-end"),
    path("me/security/trusted/<uuid:device_id>/revoke/", security.revoke, name="trust-revoke"),
    path("me/security/required/<slug:slug>/", verifying.shut_out, name="factor-required"),
    path("orgs/<slug:slug>/settings/sign-in/", policy.sign_in, name="organization-sign-in"),
]
