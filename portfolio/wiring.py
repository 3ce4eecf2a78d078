"""The one module that may know two products: plugs what one app offers into the ports of another, and sets the clock."""

from uuid import UUID

from django.utils.translation import gettext_lazy

from docuai import launching as docuai
from docuai.bulk import erasing
from docuai.bulk import periodic as runs
from docuai.bulk.models import RunRow
from docuai.library import periodic as library
from platform_core.access import periodic as access
from platform_core.access import sentences as access_sentences
from platform_core.access.freshness import register_step_up
from platform_core.access.samples import offer_sample
from platform_core.access.shares import register_shareable
from platform_core.accounts.adapter import on_wrong_password
from platform_core.analytics import periodic as analytics
from platform_core.analytics.products import register_counted_product
from platform_core.events import periodic as events
from platform_core.evidence import periodic as evidence
from platform_core.evidence.sentences import register_fields, register_sentences
from platform_core.files import periodic as files
from platform_core.files.purposes import register_derived, register_purpose
from platform_core.files.quota import QuotaError, register_quota
from platform_core.identity import periodic as doors
from platform_core.identity import sentences as identity
from platform_core.identity.noticing import note_wrong_password
from platform_core.identity.views.step_up import ask as ask_step_up
from platform_core.jobs import periodic as jobs
from platform_core.jobs.models import Job
from platform_core.kits.crypto.keyring import register_keyring
from platform_core.kits.observability.metrics import at_scrape
from platform_core.kits.work.pausing import Queue, register_pauses, register_queue
from platform_core.mail import periodic as mail
from platform_core.mail.models import OutgoingMail
from platform_core.notifications import kinds as notification_kinds
from platform_core.notifications import periodic as notifications
from platform_core.notifications import sentences as notification_words
from platform_core.notifications.brand import Brand, register_brand
from platform_core.notifications.registry import register_kind
from platform_core.operations import periodic as operations
from platform_core.operations import sentences as operation_words
from platform_core.operations.selectors import held_now
from platform_core.organizations import periodic as organizations
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.branding import look_of
from platform_core.organizations.selectors.limits import STORAGE
from platform_core.organizations.services import limits
from platform_core.permissions import (
    ACCESS_REVIEW,
    AUDIT_READ,
    JOB_VIEW,
    KEY_MANAGE,
    MEMBER_VIEW,
    ORGANIZATION_MANAGE,
    ORGANIZATION_VIEW,
    WEBHOOK_MANAGE,
)
from platform_core.shell.launcher import NavItem, register_organization_page, register_product
from platform_core.sms import periodic as sms
from platform_core.sms import sentences as sms_words
from platform_core.sms.models import OutgoingSms
from platform_core.testmode import own as testmode
from platform_core.testmode import periodic as testmode_clock
from platform_core.testmode import sentences as testmode_words
from platform_core.testmode.registry import Leftovers, register_leftovers
from platform_core.vault import sentences as vault
from platform_core.vault.keyring import KEYRING
from platform_core.webhooks import periodic as webhooks
from platform_core.webhooks import sentences as webhook_words
from platform_core.webhooks.models import WebhookEvent
from portfolio import belongings, job_kinds, setup_steps
from portfolio import notification_kinds as product_notifications
from portfolio.celery import app

MEMBER_PAGES = frozenset(["member-invite", "member-invite-many", "member-remove", "member-leave"])
WEBHOOK_PAGES = frozenset(
    ["webhook", "webhook-new", "webhook-change", "webhook-event", "webhook-source-new", "webhook-source"]
)
PICTURES = ("png", "jpeg", "gif", "webp")


class StorageQuota:
    """Stored bytes, booked on the organization's plan."""

    def reserve(self, *, organization_id: UUID, key: str, size_bytes: int) -> None:
        """This will book, once for a key; raises QuotaError."""
        try:
            limits.reserve(organization=organization_id, name=STORAGE, amount=size_bytes, key=key)
        except limits.LimitReachedError as error:
            raise QuotaError(str(error)) from error

    def release(self, *, organization_id: UUID, key: str) -> None:
        """This will give back what was booked under the key."""
        limits.release(organization=organization_id, key=key)


def _name_queues() -> None:
    """What staff can hold back, and on whose pages its users read why."""
    jobs_pages, docuai_pages = frozenset(["jobs", "job"]), frozenset(["docuai"])
    hooks = frozenset(["webhooks", "webhook", "webhook-event"])
    register_queue(
        Queue("documents", gettext_lazy("Documents of runs"), products=docuai_pages, routes=jobs_pages), RunRow
    )
    register_queue(
        Queue("jobs", gettext_lazy("Tables, archives, merging"), products=docuai_pages, routes=jobs_pages), Job
    )
    register_queue(Queue("mail", gettext_lazy("Mail"), "smtp", docuai_pages, jobs_pages), OutgoingMail)
    register_queue(Queue("sms", gettext_lazy("Text messages"), "sms"), OutgoingSms)
    register_queue(Queue("webhooks", gettext_lazy("Webhooks"), "webhooks", routes=hooks), WebhookEvent)


def _brand(organization: Organization) -> Brand:
    """An organization's brand, as notifications take it."""
    look = look_of(organization)
    return Brand(look.name, look.logo_url, look.accent, look.postal_address)


def plug() -> None:
    """This will run once, when all apps are loaded."""
    register_product(docuai.PRODUCT)
    register_counted_product(docuai.PRODUCT.key, docuai.PRODUCT.name)
    for shareable in docuai.SHAREABLES:
        register_shareable(shareable)
    register_sentences(access_sentences.SENTENCES)
    register_fields(access_sentences.FIELDS)
    register_sentences(docuai.SENTENCES)
    register_fields(docuai.FIELDS)
    register_organization_page(
        NavItem(gettext_lazy("General"), "building-2", "organization-settings", ORGANIZATION_VIEW, "o")
    )
    register_organization_page(NavItem(gettext_lazy("Brand"), "image", "organization-brand", ORGANIZATION_MANAGE))
    register_organization_page(
        NavItem(gettext_lazy("Signing in"), "shield-check", "organization-sign-in", ORGANIZATION_MANAGE)
    )
    register_organization_page(
        NavItem(gettext_lazy("Support access"), "life-buoy", "organization-support", ORGANIZATION_MANAGE)
    )
    register_organization_page(NavItem(gettext_lazy("Members"), "users", "members", MEMBER_VIEW, "m", MEMBER_PAGES))
    register_organization_page(
        NavItem(
            gettext_lazy("Roles and teams"),
            "network",
            "roles",
            MEMBER_VIEW,
            also=frozenset(["role", "role-new", "role-delete", "teams", "team", "access-explain"]),
        )
    )
    register_organization_page(NavItem(gettext_lazy("Access review"), "eye", "access-review", ACCESS_REVIEW))
    register_organization_page(
        NavItem(gettext_lazy("API keys"), "key-round", "keys", KEY_MANAGE, "k", frozenset(["key-new", "key"]))
    )
    register_organization_page(
        NavItem(
            gettext_lazy("Test inbox"),
            "flask-conical",
            "test-data",
            KEY_MANAGE,
            also=frozenset(["test-mail"]),
        )
    )
    register_organization_page(
        NavItem(gettext_lazy("Webhooks"), "webhook", "webhooks", WEBHOOK_MANAGE, "w", WEBHOOK_PAGES)
    )
    register_organization_page(
        NavItem(gettext_lazy("Audit"), "scroll-text", "audit", AUDIT_READ, "a", frozenset(["audit-keeping"]))
    )
    register_organization_page(
        NavItem(gettext_lazy("Notifications sent"), "send", "notification-log", ORGANIZATION_MANAGE)
    )
    register_organization_page(NavItem(gettext_lazy("Activity"), "chart-column", "activity", ORGANIZATION_MANAGE))
    register_organization_page(NavItem(gettext_lazy("Jobs"), "activity", "jobs", JOB_VIEW, "j", frozenset(["job"])))
    register_step_up(ask_step_up)
    register_sentences(identity.SENTENCES)
    register_fields(identity.FIELDS)
    register_sentences(webhook_words.SENTENCES)
    register_fields(webhook_words.FIELDS)
    register_sentences(notification_words.SENTENCES)
    register_sentences(sms_words.SENTENCES)
    register_sentences(testmode_words.SENTENCES)
    register_fields(testmode_words.FIELDS)
    register_leftovers(
        Leftovers("runs", gettext_lazy("Runs"), erasing.count_test_runs, erasing.wipe_test_run), *testmode.KINDS
    )
    register_keyring(KEYRING)
    register_sentences(vault.SENTENCES)
    register_fields(vault.FIELDS)
    on_wrong_password(note_wrong_password)
    register_sentences(operation_words.SENTENCES)
    register_fields(operation_words.FIELDS)
    register_pauses(held_now)
    _name_queues()
    job_kinds.plug()
    setup_steps.plug()
    belongings.plug()
    register_brand(_brand)
    register_kind(*notification_kinds.KINDS, *product_notifications.KINDS)
    at_scrape("audit sealing", evidence.sealing_metrics)
    at_scrape("alarms", operations.alarm_metrics)
    offer_sample(scope="docuai.run.view", path="docuai/runs/?limit=5")
    offer_sample(scope="docuai.template.view", path="docuai/templates/?limit=5")
    offer_sample(scope="platform_core.job.view", path="jobs/?limit=5")
    offer_sample(scope="platform_core.organization.view", path="")
    register_quota(StorageQuota())
    register_purpose("docuai.table", max_bytes=200_000_000, kinds=("csv", "xlsx", "json", "jsonl", "text"))
    register_purpose("docuai.template", max_bytes=20_000_000, kinds=("docx", "text", "zip"))
    register_derived("docuai.thumbnail")
    register_purpose("accounts.avatar", max_bytes=5_000_000, kinds=PICTURES)
    app.add_periodic_task(
        operations.SAMPLE_SECONDS, operations.sample_status.s(), name="sample the status of each part"
    )
    app.add_periodic_task(operations.ALARM_SECONDS, operations.watch_alarms.s(), name="tell staff of what is late")
    app.add_periodic_task(files.SWEEP_SECONDS, files.sweep_files.s(), name="remove expired uploads and deleted files")
    app.add_periodic_task(evidence.SEAL_SECONDS, evidence.seal_audit.s(), name="seal audit events")
    app.add_periodic_task(evidence.SIGN_SECONDS, evidence.sign_audit.s(), name="sign audit chains")
    app.add_periodic_task(evidence.STREAM_SECONDS, evidence.stream_audit.s(), name="stream audit logs to collectors")
    app.add_periodic_task(analytics.FORGET_SECONDS, analytics.forget_active_days.s(), name="delete old activity")
    app.add_periodic_task(events.FORGET_SECONDS, events.forget_events.s(), name="delete old events")
    app.add_periodic_task(organizations.WAKE_SECONDS, organizations.wake_lists.s(), name="wake lists of invitations")
    app.add_periodic_task(jobs.ROOM_SECONDS, jobs.watch_room.s(), name="pause without room")
    app.add_periodic_task(mail.FORGET_SECONDS, mail.forget_mails.s(), name="empty old mails")
    app.add_periodic_task(doors.FORGET_SECONDS, doors.forget_security_events.s(), name="delete old security events")
    app.add_periodic_task(mail.WAKE_SECONDS, mail.wake_mails.s(), name="wake due mail")
    app.add_periodic_task(notifications.TELL_SECONDS, notifications.tell_people.s(), name="tell people what happened")
    app.add_periodic_task(
        notifications.FORGET_SECONDS, notifications.forget_notifications.s(), name="delete old notifications"
    )
    app.add_periodic_task(testmode_clock.WAKE_SECONDS, testmode_clock.wake_wipes.s(), name="go on deleting test data")
    app.add_periodic_task(
        organizations.RECOVERY_SECONDS, organizations.go_on_with_recoveries.s(), name="go on with recoveries"
    )
    app.add_periodic_task(sms.WAKE_SECONDS, sms.wake_sms.s(), name="wake due text messages")
    app.add_periodic_task(sms.FORGET_SECONDS, sms.forget_sms.s(), name="empty old text messages")
    app.add_periodic_task(webhooks.SORT_SECONDS, webhooks.sort_webhooks.s(), name="sort events to webhooks")
    app.add_periodic_task(webhooks.FORGET_SECONDS, webhooks.forget_webhooks.s(), name="delete old webhook events")
    app.add_periodic_task(runs.WAKE_SECONDS, runs.wake_runs.s(), name="wake open runs")
    app.add_periodic_task(runs.PURGE_SECONDS, runs.purge_runs.s(), name="remove documents past their retention")
    app.add_periodic_task(runs.PURGE_SECONDS, runs.purge_drafts.s(), name="delete old drafts")
    app.add_periodic_task(library.PURGE_SECONDS, library.purge_templates.s(), name="erase deleted templates")
    app.add_periodic_task(
        access.FORGET_SECONDS, access.forget_idempotency_records.s(), name="forget idempotency records"
    )
    app.add_periodic_task(access.WATCH_SECONDS, access.watch_keys.s(), name="watch how keys are used")
    app.add_periodic_task(access.STORE_SECONDS, access.store_api_requests.s(), name="store the log of calls")
    app.add_periodic_task(access.FORGET_SECONDS, access.forget_api_requests.s(), name="delete the log of old calls")
