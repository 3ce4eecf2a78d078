"""Customers, who belongs to them, who is invited, and what their plan allows."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platform_core.files.models import StoredFile
from platform_core.kits.permissions import composable, held_by
from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.constraints import TenantPolicy
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.web.accents import on_dark, on_light


class Organization(models.Model):
    """A customer. Name, slug and defaults only: what must stay between its walls goes into tables of its own."""

    tenancy_exempt = "it is the tenant: found by slug before a scope exists"
    personal_data = NoPersonalData("a company's name")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=63, unique=True)
    default_language = models.CharField(max_length=5, default="en")
    region = models.CharField(max_length=2, blank=True, default="")
    time_zone = models.CharField(max_length=64, default="UTC")
    factor_required_from = models.DateTimeField(
        null=True, blank=True
    )  # from then on nobody enters without a second factor
    setup_dismissed_at = models.DateTimeField(null=True, blank=True)  # the checklist of a new organization was put away
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """Built-in roles; what each may do stands in ``kits.permissions``."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


CUSTOM = (
    "custom"  # in ``role``: what the membership may do stands in its ``custom_role``; on no ladder, so it holds nothing
)
ROLES = [*Role.choices, (CUSTOM, _("Custom role"))]


class CustomRole(OrganizationOwned):
    """A role that the organization made for itself: the permissions it holds, never an owner's. Kept until deleted.

    ``version`` counts edits: a form that was opened before another edit is refused.
    """

    personal_data = NoPersonalData("names of permissions")

    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True, default="")
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="custom_role_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def held(self) -> frozenset[str]:
        """What the role gives today: names that no app declares any more, and an owner's, count for nothing."""
        return composable(self.permissions)


class Membership(OrganizationOwned):
    """An account's place and role in one organization. The person may read their own from anywhere."""

    personal_data = PersonalData(
        subject="user",
        purpose="access to the organization",
        retention="until the member leaves",
        export=("organization", "role", "joined_at"),
        erasure="delete",
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES, default=Role.VIEWER)
    custom_role = TenantForeignKey(CustomRole, models.PROTECT, null=True, blank=True, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            TenantPolicy(readable_by="user"),
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role=CUSTOM, custom_role__isnull=False)
                | (~models.Q(role=CUSTOM) & models.Q(custom_role=None)),
                name="membership_one_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def held(self) -> frozenset[str]:
        """What the member's role gives. A custom role is read for it, so call it in the organization's scope."""
        return self.custom_role.held if self.custom_role else held_by(self.role)

    @property
    def role_name(self) -> str:
        """The role as people call it."""
        return (
            self.custom_role.name if self.custom_role else str(Role(self.role).label)
        )  # get_…_display hashes them all


class Team(OrganizationOwned):
    """A named group of members that shares go to. Kept until deleted."""

    personal_data = NoPersonalData("names of groups")

    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class TeamMembership(OrganizationOwned):
    """A member's place in a team; goes with either."""

    personal_data = PersonalData(
        subject="membership__user",
        purpose="what is shared with the team",
        retention="until the member leaves the team or the organization",
        export=("team", "added_at"),
        erasure="delete",
    )

    team = TenantForeignKey(Team, models.CASCADE, related_name="places")
    membership = TenantForeignKey(Membership, models.CASCADE, related_name="team_places")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "team", "membership"], name="team_membership_once")
        ]


class Invitation(OrganizationOwned):
    """An address asked to join with a role. Found by the hash of the mailed token; kept 90 days after its end."""

    personal_data = PersonalData(
        subject="email",
        purpose="letting the invited person join",
        retention="90 days after it was used, revoked or ran out",
        export=("email", "role", "created_at"),
        erasure="delete",
    )

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=ROLES, default=Role.VIEWER)
    custom_role = TenantForeignKey(CustomRole, models.SET_NULL, null=True, blank=True, related_name="+")
    team = TenantForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                name="invitation_open_once",
                condition=models.Q(accepted_at=None, revoked_at=None),
            )
        ]

    @property
    def held(self) -> frozenset[str]:
        """What its role will give; nothing, once the custom role is gone."""
        return self.custom_role.held if self.custom_role else held_by(self.role)

    @property
    def role_name(self) -> str:
        """The role as people call it."""
        return self.custom_role.name if self.custom_role else str(Role(self.role).label)


class OrganizationBrand(OrganizationOwned):
    """How the organization looks and names itself in mails, on public pages and in documents. One row, or none yet."""

    personal_data = NoPersonalData("a company's look and address")

    accent = models.CharField(max_length=7, blank=True, default="")
    sender_name = models.CharField(max_length=80, blank=True, default="")
    postal_address = models.CharField(max_length=300, blank=True, default="")
    logo = TenantForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="organization_brand_once")]

    @property
    def accent_light(self) -> str:
        """The color as it is used on white; empty where none is set."""
        return on_light(self.accent) if self.accent else ""

    @property
    def accent_dark(self) -> str:
        """The color as it is used on the dark theme; empty where none is set."""
        return on_dark(self.accent) if self.accent else ""


class OwnerRecovery(OrganizationOwned):
    """A request to be made owner because no owner can be reached. At most one is open; kept with the organization.

    It waits seven days once two admins stand behind it, or two of platform staff have seen the proof of the domain. Any
    owner or admin stops it; so does an owner who is seen again.
    """

    class Ground(models.TextChoices):
        ADMINS = "admins", pgettext_lazy("recovery", "Two admins")
        DOMAIN = "domain", pgettext_lazy("recovery", "Proof of the domain")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("recovery", "Waits for its proof")
        WAITING = "waiting", pgettext_lazy("recovery", "Waits seven days")
        DONE = "done", pgettext_lazy("recovery", "Done")
        STOPPED = "stopped", pgettext_lazy("recovery", "Stopped")

    class End(models.TextChoices):
        OBJECTION = "objection", pgettext_lazy("recovery", "An owner or admin objected")
        OWNER_BACK = "owner_back", pgettext_lazy("recovery", "An owner was seen again")
        WITHDRAWN = "withdrawn", pgettext_lazy("recovery", "Withdrawn by whoever asked")
        STAFF = "staff", pgettext_lazy("recovery", "Stopped by platform staff")
        LEFT = "left", pgettext_lazy("recovery", "Whoever asked or agreed is no longer a member like that")
        OVERDUE = "overdue", pgettext_lazy("recovery", "No proof in 30 days")

    OPEN = (State.ASKED, State.WAITING)

    personal_data = PersonalData(
        subject="requested_by",
        purpose="giving an organization an owner again, and showing who asked, agreed and decided",
        retention="with the organization",
        export=("reason", "state", "created_at", "ended_at"),
        erasure="keep",
        basis="legitimate interest; by reference, so the name goes with the account",
    )

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    ground = models.CharField(max_length=10, choices=Ground)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    domain = models.CharField(max_length=253, blank=True, default="")
    token = models.CharField(max_length=60, blank=True, default="")  # stands in a TXT record of the domain
    proved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    proof_note = models.CharField(max_length=200, blank=True, default="")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    waits_until = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    end = models.CharField(max_length=10, choices=End, blank=True, default="")

    class Meta:
        verbose_name_plural = "owner recoveries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                name="recovery_open_once",
                condition=models.Q(state__in=["asked", "waiting"]),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(waits_until__isnull=False), name="recovery_has_its_end"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        """Whether it can still be agreed to, stopped or completed."""
        return self.state in self.OPEN


class PlanLimit(OrganizationOwned):
    """A limit that differs from the default in ``selectors.limits.DEFAULTS``. Billing writes them; -1 means no limit."""

    personal_data = NoPersonalData("numbers of an organization")

    name = models.CharField(max_length=60)
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="plan_limit_once")]


class Usage(OrganizationOwned):
    """What an organization has used of a limit in a period (a month's first day). Changed by one guarded UPDATE."""

    personal_data = NoPersonalData("numbers of an organization")

    name = models.CharField(max_length=60)
    period = models.DateField()
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name", "period"], name="usage_once"),
            models.CheckConstraint(condition=models.Q(used__gte=0), name="usage_not_negative"),
        ]


class UsageEntry(OrganizationOwned):
    """One booking on a usage; its key makes the booking idempotent."""

    personal_data = NoPersonalData("numbers of an organization")

    key = models.CharField(max_length=120)
    name = models.CharField(max_length=60)
    period = models.DateField()
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="usage_entry_once")]
