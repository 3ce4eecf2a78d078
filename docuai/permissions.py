"""What may be done in DocuAI."""

from django.utils.translation import gettext_lazy as _

from platform_core.access.registry import permission

TEMPLATE_VIEW = permission("docuai.template.view", _("See templates"))
TEMPLATE_EDIT = permission("docuai.template.edit", _("Edit and publish templates"))
RUN_VIEW = permission("docuai.run.view", _("See runs and download documents"))
RUN_START = permission("docuai.run.start", _("Start runs"))
RUN_MANAGE = permission("docuai.run.manage", _("Pause, resume, cancel and correct runs"))
