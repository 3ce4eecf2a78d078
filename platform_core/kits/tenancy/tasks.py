"""Celery tasks that work for one organization, and tasks that work for the platform."""

from typing import Any
from uuid import UUID

from celery.contrib.django.task import DjangoTask

from platform_core.kits.tenancy.scope import tenant, unscoped


class OrganizationTask(DjangoTask[..., Any]):
    """Opens the scope of its keyword ``organization_id``, and no transaction: network calls stand between those.

    The organization is an argument, not ambient: ``delay_on_commit`` publishes when the scope may have moved on, and a
    message that lies in the queue must say by itself whose it is.
    """

    abstract = True

    def __call__(self, *args: Any, organization_id: str, **kwargs: Any) -> Any:
        with unscoped(), tenant(UUID(organization_id)):
            return super().__call__(*args, organization_id=organization_id, **kwargs)


class PlatformTask(DjangoTask[..., Any]):
    """Starts with no scope: the clock and claims, which open ``service`` and ``tenant`` themselves."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with unscoped():
            return super().__call__(*args, **kwargs)
