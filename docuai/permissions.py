"""What may be done in DocuAI."""

from django.utils.translation import gettext_lazy as _

from platform_core.access.registry import EDITOR, VIEWER, permission

TEMPLATE_VIEW = permission("docuai.template.view", _("See templates"), least=VIEWER)
TEMPLATE_EDIT = permission("docuai.template.edit", _("Edit and publish templates"), least=EDITOR)
RUN_VIEW = permission("docuai.run.view", _("See runs and download documents"), least=VIEWER)
RUN_START = permission("docuai.run.start", _("Start runs"), least=EDITOR)
RUN_MANAGE = permission("docuai.run.manage", _("Pause, resume, cancel and correct runs"), least=EDITOR)
