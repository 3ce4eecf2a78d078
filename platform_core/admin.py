"""Gathers the admins of the slices for Django. Nothing else lives here, and nobody imports it."""

from platform_core.access import admin as access
from platform_core.accounts import admin as accounts
from platform_core.analytics import admin as analytics
from platform_core.audit import admin as audit
from platform_core.files import admin as files
from platform_core.jobs import admin as jobs
from platform_core.mail import admin as mail
from platform_core.notifications import admin as notifications
from platform_core.operations import admin as operations
from platform_core.organizations import admin as organizations
from platform_core.sms import admin as sms
from platform_core.webhooks import admin as webhooks

__all__ = [
    "access",
    "accounts",
    "analytics",
    "audit",
    "files",
    "jobs",
    "mail",
    "notifications",
    "operations",
    "organizations",
    "sms",
    "webhooks",
]
