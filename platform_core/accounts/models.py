"""People and their sign-ins. A person belongs to no organization; memberships live in ``organizations``."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Makes accounts. E-mail addresses are kept in lower case: one person, one account."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: one person's sign-in. Kept until the person asks for erasure; written by accounts services only."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        SPANISH = "es", "Español"

    tenancy_exempt = "people belong to several organizations"
    personal_data = PersonalData(
        subject="id",
        purpose="signing in and being addressed",
        retention="until the person asks for erasure",
        export=("email", "name", "language", "region", "time_zone", "theme", "date_joined", "last_login"),
        erasure="anonymize",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True, default="")
    region = models.CharField(_("region"), max_length=2, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    picture_at = models.DateTimeField(null=True, blank=True, editable=False)  # when the picture changed; none: initials
    is_staff = models.BooleanField(_("platform staff"), default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_once")]
        indexes = [  # lists of people are searched by parts of both
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_words"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="account_email_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Avatar(models.Model):
    """A person's picture, 256 px WebP of at most 64 kB, kept with the account: files belong to organizations."""

    tenancy_exempt = "belongs to a person"
    personal_data = PersonalData(
        subject="user", purpose="recognition", retention="with the account", export=("image",), erasure="delete"
    )

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="avatar")
    image = models.BinaryField(max_length=65536)
    updated_at = models.DateTimeField(auto_now=True)
