"""The two foreign keys of an organization's table. Each brings its own constraints, as ``unique=True`` would."""

from typing import Any, TypeVar

from django.db import models

from platform_core.kits.tenancy.constraints import RowKey, SameOrganization, TenantPolicy
from platform_core.kits.tenancy.scope import current_organization_id

_Set = TypeVar("_Set", contravariant=True)  # typed as django-stubs types ForeignKey
_Get = TypeVar("_Get", covariant=True)


class _Constraining(models.ForeignKey[_Set, _Get]):
    """A foreign key that adds to the model's ``Meta.constraints`` what it stands for."""

    def implied(self) -> list[models.BaseConstraint]:
        raise NotImplementedError

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        if cls._meta.abstract or cls.__module__ == "__fake__":  # migrations carry their constraints written out
            return
        for constraint in self.implied():
            constraint.name %= {"app_label": cls._meta.app_label, "class": cls._meta.model_name}
            if constraint.name not in {other.name for other in cls._meta.constraints}:
                cls._meta.constraints = [*cls._meta.constraints, constraint]
        cls._meta.original_attrs["constraints"] = cls._meta.constraints  # where makemigrations looks


class OrganizationKey(_Constraining[_Set, _Get]):
    """The owner of the row. Brings the policy, and the key ``(organization_id, id)`` that children point at.

    That key also serves every list (policy column first, then UUIDv7 in order of birth), so the column needs no index.
    """

    def __init__(self, to: Any = "platform_core.Organization", on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **{"db_index": False, **kwargs})

    def get_default(self) -> Any:
        """The scope's organization. Not ``default=``: django-stubs would then take ``organization_id`` for optional."""
        return current_organization_id()

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"initial": current_organization_id, **kwargs})

    def implied(self) -> list[models.BaseConstraint]:
        return [TenantPolicy(), RowKey(fields=[self.name, "id"], name="%(app_label)s_%(class)s_org_id")]


class TenantForeignKey(_Constraining[_Set, _Get]):
    """A foreign key between two rows of one organization. ``on_delete``, admin and forms work as with any other."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **{**kwargs, "db_constraint": False})

    def implied(self) -> list[models.BaseConstraint]:
        return [SameOrganization(field=self.name)]
