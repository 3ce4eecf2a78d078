"""What can go wrong when organizations and their people change. Every message is fit for the person who asked."""


class OrganizationError(Exception):
    """Base: ``str()`` of it is translated and says what to do."""


class NotAllowedError(OrganizationError):
    """The actor's role does not reach: not an admin, or somebody above them."""


class LastOwnerError(OrganizationError):
    """The organization would be left without an owner."""


class AlreadyMemberError(OrganizationError):
    """The person belongs to the organization already."""
