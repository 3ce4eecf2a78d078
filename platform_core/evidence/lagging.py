"""How far sealing is behind, for one organization: what its audit page says of it."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Min
from django.db.models.functions import Now

from platform_core.evidence.models import AuditPending
from platform_core.organizations.models import Organization

LATE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Lag:
    """Events without a seal, and for how long the oldest has waited."""

    events: int
    seconds: float

    @property
    def minutes(self) -> int:
        return int(self.seconds // 60)

    @property
    def is_late(self) -> bool:
        return self.seconds >= LATE_SECONDS


def lag_of(organization: Organization) -> Lag:
    """This will measure by the database's clock; nothing waits for more than some seconds while the sealer works."""
    waited = models.ExpressionWrapper(Now() - Min("noted_at"), models.DurationField())
    found = AuditPending.objects.filter(organization=organization).aggregate(events=Count("id"), waited=waited)
    seconds = found["waited"].total_seconds() if found["waited"] else 0.0
    return Lag(found["events"], max(seconds, 0.0))
