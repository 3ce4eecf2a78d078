"""What every way of requesting a run stands on: its refusal, the kind of its job, one number at a time."""

from django.db import transaction

from platform_core.organizations.models import Organization

JOB_KIND = "docuai.run"


class RunError(Exception):
    """A run cannot do what was asked; the message says why and what to do."""


def lock_runs(organization: Organization) -> None:
    """This will let one request at a time number a run of the organization (a transaction-long advisory lock)."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"runs {organization.pk}"])
