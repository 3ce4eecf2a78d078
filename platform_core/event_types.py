"""News of the platform itself. Payloads hold ids and counts only."""

from django.utils.translation import gettext_lazy as _

from platform_core.events.registry import EventType, declare

ID = "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"

declare(
    EventType("organization.created", _("An organization was made"), {"user_id": ID}, is_public=False),
    EventType("organization.changed", _("The organization’s settings were changed"), {"fields": ["name"]}),
    EventType("member.joined", _("A member joined"), {"membership_id": ID, "user_id": ID}, "members/"),
    EventType("member.role", _("A member’s role was changed"), {"membership_id": ID, "user_id": ID}, "members/"),
    EventType("member.remove", _("A member was removed"), {"membership_id": ID, "user_id": ID}, "members/"),
    EventType("member.leave", _("A member left"), {"membership_id": ID, "user_id": ID}, "members/"),
    EventType("organization.transfer", _("The organization was handed over"), {"membership_id": ID, "user_id": ID}),
    EventType(
        "organization.recovery",
        _("A recovery without an owner went on"),
        {"recovery_id": ID, "state": "waiting"},
        "recovery/",
    ),
    EventType("invitation.sent", _("An invitation was sent"), {"invitation_id": ID}),
    EventType("invitation.revoked", _("An invitation was withdrawn"), {"invitation_id": ID}),
    EventType("role.created", _("A role was made"), {"role_id": ID}, "roles/{role_id}/"),
    EventType("role.changed", _("A role was changed"), {"role_id": ID, "members": 12}, "roles/{role_id}/"),
    EventType("role.deleted", _("A role was deleted"), {"role_id": ID, "members": 12}),
    EventType("team.created", _("A team was made"), {"team_id": ID}, "teams/{team_id}/"),
    EventType("team.changed", _("A team was changed"), {"team_id": ID}, "teams/{team_id}/"),
    EventType("team.deleted", _("A team was deleted"), {"team_id": ID}),
    EventType("share.granted", _("An object was shared"), {"kind": "template", "object_id": ID, "level": "read"}),
    EventType("share.ended", _("A share ended"), {"kind": "template", "object_id": ID, "level": "read"}),
    EventType("key.created", _("An API key was made"), {"key_id": ID}, "keys/"),
    EventType("key.revoked", _("An API key was revoked"), {"key_id": ID}, "keys/"),
    EventType(
        "key.unusual",
        _("An API key was used as never before"),
        {"key_id": ID, "reason": "rate", "calls": 4100, "usual": 80},
        "keys/",
    ),
    EventType("file.stored", _("A file was stored"), {"file_id": ID, "purpose": "docuai.table", "size_bytes": 48213}),
    EventType("file.deleted", _("A file was deleted"), {"file_id": ID}),
    EventType("job.parked", _("A job needs attention"), {"job_id": ID, "kind": "docuai.run"}, "jobs/{job_id}/"),
    EventType("job.paused", _("A job was paused without room"), {"job_id": ID, "kind": "docuai.run"}, "jobs/{job_id}/"),
    EventType("limit.near", _("A limit of the plan is nearly used up"), {"name": "docuai.rows", "percent": 80}),
    EventType(
        "platform_core.audit.verify.finished",
        _("The audit log was verified"),
        {"job_id": ID, "state": "done", "done": 300, "failed": 0},
        "jobs/{job_id}/",
    ),
    EventType(
        "test_data.wipe.finished",
        _("All test data was deleted"),
        {"job_id": ID, "state": "done", "done": 300, "failed": 0},
        "jobs/{job_id}/",
        is_public=False,
    ),
    EventType(
        "platform_core.invitations.finished",
        _("A list of people was invited"),
        {"job_id": ID, "state": "done", "done": 1200, "failed": 0},
        "jobs/{job_id}/",
    ),
    # not offered to webhooks: an endpoint that calls our own source would go round for ever
    EventType(
        "webhook.disabled",
        _("A webhook endpoint was switched off"),
        {"endpoint_id": ID, "reason": "failing"},
        is_public=False,
    ),
    EventType(
        "webhook.received", _("Another system sent an event"), {"source_id": ID, "received_id": ID}, is_public=False
    ),
)
