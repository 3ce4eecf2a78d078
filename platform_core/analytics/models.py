"""Who was active on which day, in which product: what the figures are counted from."""

from django.conf import settings
from django.db import models

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.models import OrganizationOwned


class ActiveDay(OrganizationOwned):
    """An account opened or did something in a product on a day of the organization's time zone. Kept 25 months."""

    personal_data = PersonalData(
        subject="user",
        purpose="counting how many accounts use which product",
        retention="25 months",
        export=("day", "product"),
        erasure="delete",
        basis="legitimate interest",
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    product = models.CharField(max_length=40)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "day", "product", "user"], name="active_day_once")
        ]
        indexes = [models.Index(fields=["day"], name="active_day_old")]
