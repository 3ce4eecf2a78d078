"""Accounts, for platform staff: to find a person, never to change one."""

from typing import ClassVar

from platform_core.accounts.models import User
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(User)
class UserAdmin(StaffModelAdmin):
    list_display = ("email", "name", "language", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("-date_joined",)
    exclude: ClassVar = ["password", "groups", "user_permissions"]
