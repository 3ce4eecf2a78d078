"""Typst's diagnostics as our errors: code, place in the author's file, advice. Typst's own words stay English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docuai.engines.base import EngineError, Location, Problem, Severity

BLOCK = re.compile(
    r"^(?P<level>error|warning): (?P<message>.*?)(?=^\s*┌─|^\s*= hint|^error: |^warning: |^help: |\Z)"
    r"(?P<rest>.*?)(?=^error: |^warning: |\Z)",
    re.MULTILINE | re.DOTALL,
)
PLACE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")
HINT = re.compile(r"= hint: (.+)")
SNIPPET = re.compile(r"^\s*\d+ │ (.*)$", re.MULTILINE)
GLYPH = re.compile(r'the text `?"(?P<text>.+?)"`? could not be displayed')
PACKAGE = re.compile(r"packages\.typst\.org/(\S+?)\.tar\.gz|(@[\w/-]+:[\d.]+)")
QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message of the compiler, taken apart."""

    level: str
    message: str
    location: Location
    hints: tuple[str, ...] = field(default=())


def diagnostics(error: Any, root: str, shift: int) -> list[Diagnostic]:
    """This will take apart everything the compiler said; `shift` is the length of what we put before the first line."""
    found = [_diagnostic(match, root, shift) for match in BLOCK.finditer(error.diagnostic or "")]
    if found:
        return found
    return [Diagnostic("error", error.message, Location(), tuple(error.hints or ()))]


def _diagnostic(match: re.Match[str], root: str, shift: int) -> Diagnostic:
    rest, location = match["rest"].split("\nhelp: ")[0], Location()
    place, snippet = PLACE.search(rest), SNIPPET.search(rest)
    if place:
        line, column = int(place["line"]), int(place["column"]) + 1
        text = snippet[1] if snippet else ""
        name = place["file"].rsplit(f"{root}/", 1)[-1]
        if line == 1 and name == "template.typ":
            column, text = max(1, column - shift), text[shift:]
        location = Location(part=name, line=line, column=column, snippet=text.strip()[:120])
    return Diagnostic(match["level"], match["message"].strip(), location, tuple(HINT.findall(rest)))


def code_and_params(said: Diagnostic) -> tuple[str, dict[str, Any]]:
    """This will choose the code for what the compiler said, and the words that go into its message."""
    text, hints = said.message, " ".join(said.hints)
    if match := GLYPH.search(text):
        character = next((c for c in match["text"] if not c.isspace()), match["text"][0])
        return "missing_glyph", {"character": character, "codepoint": f"U+{ord(character):04X}"}
    if "package" in text and ("download" in text or "not found" in text):
        match = PACKAGE.search(text) or PACKAGE.search(said.location.snippet)
        return "package_import", {"package": (match[1] or match[2]) if match else text}
    if "network access is not supported" in hints:
        return "network_file", {"path": _quoted(said)}
    if "escape the project root" in text or ("file not found" in text and _quoted(said).startswith("/")):
        return "file_outside", {"path": _quoted(said)}
    if "file not found" in text:
        return "file_missing", {"path": _quoted(said)}
    if "depth exceeded" in text:
        return "endless_recursion", {}
    if "condition is always true" in text or "loop seems to be infinite" in text:
        return "endless_loop", {}
    if "dictionary does not contain key" in text:
        return "field_missing", {"field": QUOTED.findall(text)[0]}
    if text.startswith("PDF/") and " error: " in text:
        standard, _, detail = text.partition(" error: ")
        return "pdf_standard", {"standard": standard, "detail": _sentence([detail, *said.hints])}
    detail = re.sub(r"^(assertion failed: |panicked with: )", "", text)
    return "typst_error", {"detail": detail, "advice": _sentence(said.hints)}


def as_error(error: Any, root: str, shift: int) -> EngineError:
    """This will make the engine's error of the first thing the compiler said."""
    said = diagnostics(error, root, shift)[0]
    code, params = code_and_params(said)
    return EngineError(code, location=said.location, **params)


def as_problems(error: Any, root: str, shift: int, severity: Severity = "error") -> Iterator[Problem]:
    """This will make a problem of each thing the compiler said."""
    for said in diagnostics(error, root, shift):
        code, params = code_and_params(said)
        yield Problem(severity, code, params, said.location)


def font_problem(warning: Any, root: str, shift: int, fonts: list[str]) -> Problem:
    """This will make a problem of a warning: an unknown font is an error, since another face would be used silently."""
    said = diagnostics(warning, root, shift)[0]
    if said.message.startswith("unknown font family: "):
        params = {"font": said.message.removeprefix("unknown font family: "), "fonts": ", ".join(fonts)}
        return Problem("error", "unknown_font", params, said.location)
    return Problem("warning", "typst_warning", {"detail": said.message, "advice": _sentence(said.hints)}, said.location)


def _quoted(said: Diagnostic) -> str:
    found = QUOTED.findall(said.message) or QUOTED.findall(said.location.snippet)
    return found[0] if found else said.location.snippet


def _sentence(parts: Any) -> str:
    text = "; ".join(part for part in parts if part)
    return text[:1].upper() + text[1:] + ("." if text and not text.endswith((".", "…")) else "")
