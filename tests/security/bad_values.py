"""What is sent in the place of a good value, and what is read from pages: their forms, with the values that stand in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import connection

from platform_core.kits.tenancy.scope import service

TEXTS = {
    "empty": "",
    "spaces": "   ",
    "long": "x" * 70_000,
    "nul": "a\x00b",
    "lines": "a\r\nBcc: eve@evil.example",
    "turned": "\u202egpj.exe\u200b",
    "markup": "<script>alert(1)</script>{{ 7*7 }}",
    "huge": "9" * 400,
    "negative": "-1",
    "digit": "²",
    "no id": "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e",
    "address": "аndina@andina.example",  # its first letter is Cyrillic
}
JSONS: dict[str, Any] = {
    **TEXTS,
    "surrogate": "\ud800",
    "null": None,
    "true": True,
    "number": 10**30,
    "fraction": -1.5,
    "list": [],
    "nested": [[[{}]]],
    "object": {"a": "\x00"},
    "strings": ["", "\x00", "x" * 70_000],
}
# What a refusal may leave: who was refused, when somebody was here.
TRACES = {"audit", "session", "securityevent", "apirequest", "rowhistory", "dailyactivity", "activeday", "keyplace"}
SEEN = ["last_used_at", "last_seen_at", "last_login"]


@dataclass
class Form:
    """One form of a page: where it goes, its fields with their values, which of them are files."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        return f"{self.action} {sorted(self.fields)}"


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self.open, self.select, self.area = page, [], None, "", ""
        self.in_template = False  # what scripts make forms of, later

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        self.in_template = self.in_template or tag == "template"
        if self.in_template:
            return
        target = given.get("hx-post")
        if tag == "form" and (given.get("method", "").lower() == "post" or target):
            self.open = Form(target or given.get("action") or self.page)
            self.found.append(self.open)
        elif tag == "form":
            self.open = None
        if self.open is not None and (name := given.get("name")):
            self._field(tag, name, given)
        elif tag == "option" and self.select and self.open is not None:
            kept = self.open.fields[self.select]
            self.open.fields[self.select] = given.get("value", "") if "selected" in given or not kept else kept

    def _field(self, tag: str, name: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "")
        if name == "csrfmiddlewaretoken" or self.open is None:
            return
        if kind == "file":
            self.open.files.add(name)
        elif kind in ("checkbox", "radio"):
            if "checked" in given or name not in self.open.fields:
                self.open.fields[name] = given.get("value", "on")
        elif tag in ("input", "textarea", "select", "button"):
            self.open.fields.setdefault(name, given.get("value", ""))
            self.select = name if tag == "select" else self.select
            self.area = name if tag == "textarea" else self.area

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.in_template = False
        elif tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area and self.open is not None:
            self.open.fields[self.area] += data


def forms_of(page: str, html: str) -> list[Form]:
    """This will list the forms of a page that send something."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.found


ALONE = ("empty", "long", "nul", "no id", "null", "object", "surrogate")  # the rest shows as well in all fields at once


def spoiled(fields: Mapping[str, str], values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """This will give the fields with one of them bad, each by each; then all of them bad at once, and none at all."""
    for what, value in values.items():
        for name in fields if what in ALONE else ():
            yield f"{name}={what}", {**fields, name: value}
        yield f"all={what}", dict.fromkeys(fields, value)
    yield "nothing", {}


def writes_so_far() -> dict[str, int]:
    """This will count what this transaction has written into each table but those of ``TRACES``, taken back or not."""
    query = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {table: count for table, count in cursor.fetchall() if count and not _is_trace(table)}


def state_of_everything() -> dict[str, tuple[int, int]]:
    """This will give count and fingerprint of every table but those of ``TRACES``."""
    models = apps.get_models(include_auto_created=True)
    tables = sorted({m._meta.db_table for m in models if m._meta.managed and not _is_trace(m._meta.db_table)})
    query = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtext((to_jsonb(t) - %s::text[])::text)), 0) FROM \"{table}\" t"
        for table in tables
    )
    with service("the test compares all rows"), connection.cursor() as cursor:
        cursor.execute(query, [SEEN] * len(tables))
        return {table: (count, int(sum_)) for table, count, sum_ in cursor.fetchall()}


def _is_trace(table: str) -> bool:
    return any(trace in table.replace("_", "") for trace in TRACES)
