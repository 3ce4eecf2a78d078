"""Settings of the API's description. Read by the project's settings, so nothing here may need them."""

import sysconfig
from pathlib import Path
from typing import Any

# Swagger UI alone: the package is no app of ours, or its other viewer (5 MB) would be collected and compressed too.
SWAGGER = "drf_spectacular_sidecar/swagger-ui-dist"
SWAGGER_FILES = (SWAGGER, Path(sysconfig.get_path("purelib"), "drf_spectacular_sidecar/static", SWAGGER))

DESCRIPTION = """
Everything that the pages do, for programs.

**Sign in** with an API key of the organization: `Authorization: Bearer pf_live_…`. Owners and admins make keys under
*Organization → API keys*; a key does what its scopes say, in its organization alone. A **test key**, `pf_test_…`, runs
everything for real but the last step: mail stays in the test inbox, documents carry TEST, nothing is counted, no webhook
is told. It sees and touches what test keys made, and reads what both share, such as templates.

**Errors** are `application/problem+json` (RFC 9457) with a `code`, a `request_id` to quote to us and, where values are
to blame, `errors` with a JSON pointer each. **Lists** come in pages: follow `next` until it is null.
**Repeat safely**: send `Idempotency-Key` with a POST; the same call again does nothing twice and answers the same, for
24 hours. **Limits** stand in `RateLimit-Policy` and `RateLimit`; they count each caller and each class of operation, by
the organization's plan, and a costly call counts several times (`x-cost`). So many calls of an organization may run at
once. A 429 says in `Retry-After` how long to wait. **Change what others edit too** with `If-Match`: the `ETag` that you
read. **What goes** says so half a year before, in `Deprecation`, `Sunset` and `Link`.
"""

SETTINGS: dict[str, Any] = {
    "TITLE": "portfolio",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": DESCRIPTION.strip(),
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"EndpointStateEnum": "platform_core.webhooks.models.WebhookEndpoint.State"},
    "SORT_OPERATIONS": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "TAGS": [
        {"name": "Me", "description": "Who calls."},
        {"name": "Organization", "description": "The organization: members, API keys, audit log, jobs, files."},
        {"name": "DocuAI", "description": "Templates, runs and documents."},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "platform_core.kits.api.schema.add_problems",
        "platform_core.kits.api.examples.add_examples",
        "platform_core.kits.api.schema.add_samples",
    ],
}
