"""Migration operation for the one thing policies make slow: search."""

from typing import Any

from django.db import migrations

from platform_core.kits.tenancy.scope import SERVICE_ROLE


class ServiceFunction(migrations.RunSQL):
    """A SECURITY DEFINER function that runs as the service, past the policies, and so can use text indexes.

    Under a policy Postgres must not run ``@@``, ``LIKE`` or ``%`` before the policy (they are not leakproof), so it
    reads the whole tenant. ``body`` is plpgsql: it must take the organization from the variable ``organization`` and
    EXECUTE a string, for only then is the plan made with the value known. The owner may hand a function only to a role
    that can create in the schema, so the service can for one statement.
    """

    def __init__(self, signature: str, returns: str, body: str) -> None:
        self.signature, self.returns, self.body = signature, returns, body
        super().__init__(
            [
                f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql STABLE SECURITY DEFINER"
                " SET search_path = public, pg_temp AS $body$ DECLARE organization uuid :="
                f" nullif(current_setting('app.organization_id', true), '')::uuid; BEGIN {body} END $body$",
                f"GRANT CREATE ON SCHEMA public TO {SERVICE_ROLE}",
                f"ALTER FUNCTION {signature} OWNER TO {SERVICE_ROLE}",
                f"REVOKE CREATE ON SCHEMA public FROM {SERVICE_ROLE}",
            ],
            [f"SET LOCAL ROLE {SERVICE_ROLE}; DROP FUNCTION {signature}; SET LOCAL ROLE NONE"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.signature, self.returns, self.body], {}
