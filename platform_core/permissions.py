"""What may be done on the platform itself, in any product."""

from django.utils.translation import gettext_lazy as _

from platform_core.access.registry import ADMIN, EDITOR, OWNER, VIEWER, permission

ORGANIZATION_VIEW = permission(
    "platform_core.organization.view", _("See the organization and its limits"), least=VIEWER
)
ORGANIZATION_MANAGE = permission(
    "platform_core.organization.manage", _("Rename and set up the organization"), least=ADMIN
)
ORGANIZATION_TRANSFER = permission("platform_core.organization.transfer", _("Hand the organization over"), least=OWNER)
MEMBER_VIEW = permission("platform_core.member.view", _("See members"), least=VIEWER)
MEMBER_MANAGE = permission("platform_core.member.manage", _("Invite and remove members, change roles"), least=ADMIN)
ROLE_MANAGE = permission("platform_core.role.manage", _("Make, change and delete roles"), least=ADMIN)
TEAM_MANAGE = permission("platform_core.team.manage", _("Make teams and choose who is in them"), least=ADMIN)
SHARE_MANAGE = permission("platform_core.share.manage", _("Share single objects with people and teams"), least=EDITOR)
ACCESS_REVIEW = permission("platform_core.access.review", _("Review who may do what"), least=ADMIN)
KEY_MANAGE = permission("platform_core.key.manage", _("Make and revoke API keys"), least=ADMIN)
WEBHOOK_MANAGE = permission("platform_core.webhook.manage", _("Set up webhooks and read their attempts"), least=ADMIN)
AUDIT_READ = permission("platform_core.audit.read", _("Read the audit log"), least=ADMIN)
JOB_VIEW = permission("platform_core.job.view", _("See jobs"), least=VIEWER)
JOB_MANAGE = permission("platform_core.job.manage", _("Pause, cancel and retry jobs"), least=EDITOR)
FILE_VIEW = permission("platform_core.file.view", _("Download files"), least=VIEWER)
FILE_UPLOAD = permission("platform_core.file.upload", _("Upload files"), least=EDITOR)
