"""What can go wrong when organizations and their people change. Every message is fit for the person who asked."""


class OrganizationError(Exception):
    """Base: ``str()`` of it is translated and says what to do."""


class NotAllowedError(OrganizationError):
    """The actor's role does not reach: not an admin, or somebody above them."""


class LastOwnerError(OrganizationError):
    """The organization would be left without an owner."""


class AlreadyMemberError(OrganizationError):
    """The person belongs to the organization already."""


class UnknownRoleError(OrganizationError):
    """No role has this name or id: it was deleted meanwhile."""


class RoleRefusedError(OrganizationError):
    """A role cannot be made, changed or deleted like this. ``field`` names what to change, the text says how."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class TeamRefusedError(RoleRefusedError):
    """A team cannot be made or changed like this."""


class HeirNeededError(OrganizationError):
    """Something runs in the leaving person's name: who shall have it must be said."""
