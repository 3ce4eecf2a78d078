"""Gathers the models of the slices for Django. Nothing else lives here, and nobody imports it."""

from platform_core.access.models import ApiDay, ApiKey, ApiRequest, IdempotencyRecord, KeyPlace
from platform_core.accounts.models import Avatar, User
from platform_core.analytics.models import ActiveDay
from platform_core.audit.models import AuditEvent
from platform_core.events.models import EventCursor, OutboxEvent
from platform_core.evidence.models import AuditPending, AuditRetention, AuditSeal, AuditStream, RowHistory
from platform_core.files.models import StoredFile, Upload
from platform_core.identity.models import (
    Authenticator,
    Passkey,
    RecoveryCode,
    RecoveryCodes,
    SecurityEvent,
    SignedInSession,
    TrustedDevice,
)
from platform_core.jobs.models import Job, JobLogLine
from platform_core.mail.models import OutgoingMail, Suppression
from platform_core.notifications.models import (
    Notification,
    NotificationDelivery,
    NotificationPreference,
    NotificationSchedule,
)
from platform_core.operations.models import (
    Alarm,
    Impersonation,
    Notice,
    NoticeDismissal,
    Pause,
    StaffEvent,
    StatusDay,
    StatusSample,
    SupportAccess,
)
from platform_core.organizations.models import (
    CustomRole,
    Invitation,
    Membership,
    Organization,
    OrganizationBrand,
    OwnerRecovery,
    PlanLimit,
    Team,
    TeamMembership,
    Usage,
    UsageEntry,
)
from platform_core.sms.models import MobileNumber, OutgoingSms
from platform_core.vault.models import DataKey
from platform_core.webhooks.models import (
    ReceivedWebhook,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSource,
)

__all__ = [
    "ActiveDay",
    "Alarm",
    "ApiDay",
    "ApiKey",
    "ApiRequest",
    "AuditEvent",
    "AuditPending",
    "AuditRetention",
    "AuditSeal",
    "AuditStream",
    "Authenticator",
    "Avatar",
    "CustomRole",
    "DataKey",
    "EventCursor",
    "IdempotencyRecord",
    "Impersonation",
    "Invitation",
    "Job",
    "JobLogLine",
    "KeyPlace",
    "Membership",
    "MobileNumber",
    "Notice",
    "NoticeDismissal",
    "Notification",
    "NotificationDelivery",
    "NotificationPreference",
    "NotificationSchedule",
    "Organization",
    "OrganizationBrand",
    "OutboxEvent",
    "OutgoingMail",
    "OutgoingSms",
    "OwnerRecovery",
    "Passkey",
    "Pause",
    "PlanLimit",
    "ReceivedWebhook",
    "RecoveryCode",
    "RecoveryCodes",
    "RowHistory",
    "SecurityEvent",
    "SignedInSession",
    "StaffEvent",
    "StatusDay",
    "StatusSample",
    "StoredFile",
    "SupportAccess",
    "Suppression",
    "Team",
    "TeamMembership",
    "TrustedDevice",
    "Upload",
    "Usage",
    "UsageEntry",
    "User",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookSource",
]
