"""Gathers the queue and clock entries of the slices for Celery. Nobody imports it."""

from platform_core.analytics import periodic as analytics
from platform_core.events import periodic as events
from platform_core.evidence import periodic as evidence
from platform_core.files import periodic as files
from platform_core.identity import periodic as identity
from platform_core.jobs import periodic as jobs
from platform_core.mail import periodic as mail_clock
from platform_core.mail import tasks as mail
from platform_core.notifications import periodic as notifications
from platform_core.operations import periodic as operations
from platform_core.organizations import periodic as organizations_clock
from platform_core.organizations import tasks as organizations
from platform_core.sms import periodic as sms_clock
from platform_core.sms import tasks as sms
from platform_core.testmode import periodic as testmode_clock
from platform_core.testmode import tasks as testmode
from platform_core.webhooks import periodic as webhooks_clock
from platform_core.webhooks import tasks as webhooks

__all__ = [
    "analytics",
    "events",
    "evidence",
    "files",
    "identity",
    "jobs",
    "mail",
    "mail_clock",
    "notifications",
    "operations",
    "organizations",
    "organizations_clock",
    "sms",
    "sms_clock",
    "testmode",
    "testmode_clock",
    "webhooks",
    "webhooks_clock",
]
