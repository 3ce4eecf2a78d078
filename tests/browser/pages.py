"""The pages that are looked at: by axe, by the rules of layout, and by ``make pictures``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageOf:
    """A page of the demo: a name for its pictures, its address, who looks at it, and whether it stands for its archetype."""

    name: str
    path: str
    person: str = "marta@andina.example"
    archetype: bool = False
    wait_for: str = "h1"


PAGES = (
    PageOf("home", "/", person="", archetype=True),
    PageOf("sign-in", "/accounts/login/", person=""),
    PageOf("sign-up", "/accounts/signup/", person=""),
    PageOf("people", "/demo/", person=""),
    PageOf("style-guide", "/_ui/", archetype=True),
    PageOf("launcher", "/"),
    PageOf("runs", "/orgs/{org}/docuai/runs/", archetype=True),
)
