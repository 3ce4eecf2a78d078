"""What every page of the staff admin has in common: staff read everything, and change only by the actions of a slice.

Writes go through services, so that what staff does is audited and sends the same events as what a member does. A model's
admin therefore offers actions, not forms; ``find`` lets the search of the site open an object by a page's address.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class StaffModelAdmin(ModelAdmin):
    """Read-only by default, newest first, no counting of whole tables, every field shown."""

    routes: ClassVar[frozenset[str]] = frozenset()  # names of pages that show one object of this model
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Who may use an action declared with ``permissions=["act"]``."""
        return is_staff(request)

    def find(self, organization_id: Any, arguments: Mapping[str, Any]) -> Model | None:
        """This will find the object that a page of ``routes`` shows, by the arguments of its address."""
        wanted = {name: value for name, value in arguments.items() if name != "slug"}
        found: QuerySet[Model] = self.model._default_manager.filter(organization_id=organization_id, **wanted)
        return found.first()


def is_staff(request: HttpRequest) -> bool:
    """Whether an active member of the platform's staff asks, who has shown a second factor in this session."""
    user: Any = request.user
    return bool(user.is_active and user.is_staff and user.is_verified())


def register(model: type[Model]) -> Any:
    """This will put a model's admin on the staff site."""
    return admin.register(model)
