"""Programs that call the API with a key, ready to run: curl, Python and TypeScript, with the organization's own address.

The secret is nowhere to be read again, so all three take it from the environment variable ``PORTFOLIO_KEY``. What they
call is the first operation offered here that the key may call (products offer theirs in the wiring); who calls, if none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

VARIABLE = "PORTFOLIO_KEY"
CURL = """curl -H "Authorization: Bearer ${variable}" \\
  "{url}\""""
PYTHON = """import os

import httpx

answer = httpx.get(
    "{url}",
    headers={{"Authorization": f"Bearer {{os.environ['{variable}']}}"}},
)
answer.raise_for_status()
print(answer.json())"""
TYPESCRIPT = """const answer = await fetch("{url}", {{
  headers: {{ Authorization: `Bearer ${{process.env.{variable}}}` }},
}});
const body = await answer.json();
if (!answer.ok) throw new Error(`${{body.code}}: ${{body.detail}}`);
console.log(body);"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One program: ``id`` for the page, the language's name, the text."""

    id: str
    language: str
    source: str


_offered: list[tuple[str, str]] = []


def offer_sample(*, scope: str, path: str) -> None:
    """This will offer an operation that reads: its path below the organization's address, and the scope that it needs."""
    if (scope, path) not in _offered:
        _offered.append((scope, path))


def samples_for(*, base: str, slug: str, scopes: Collection[str], offered: Any = None) -> list[Sample]:
    """This will write the three programs for a key with these scopes; ``base`` is the address of ``/api/v1/``."""
    known = _offered if offered is None else offered
    path = next((f"orgs/{slug}/{path}" for scope, path in known if scope in scopes), "me/")
    texts = (("curl", "curl", CURL), ("python", "Python", PYTHON), ("typescript", "TypeScript", TYPESCRIPT))
    return [Sample(id, language, text.format(url=base + path, variable=VARIABLE)) for id, language, text in texts]
