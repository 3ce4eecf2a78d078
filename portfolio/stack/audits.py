"""Looking for known holes: bandit, advisories about what is locked, secrets in what is committed; the bill of materials.

Advisories need the registries. Where none answers, the last snapshot that could be taken (``advisories.json`` beside this
file, written by ``python -m portfolio.stack.audits``) is asked instead, with its date; without one the step says NOT
AUDITED, aloud, and does not fail: a machine without a network would never be green.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portfolio.stack.places import APPS, ROOT

SNAPSHOT = Path(__file__).with_name("advisories.json")
BILL = ROOT / "var" / "sbom.json"
SECONDS = 60
GRAVE = frozenset(["high", "critical"])  # of npm's grades; advisories about Python packages carry none: all count
SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{100}",
    "an AWS key": r"\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "a Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "a Stripe key": r"\b[sr]k_live_[0-9A-Za-z]{20,}",
    "an OpenAI or Anthropic key": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
    "a SendGrid key": r"\bSG\.[\w-]{20,}\.[\w-]{30,}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "one of our API keys": r"\bpf_(?:live|test)_(?=[a-z0-9_]*[A-Z])[A-Za-z0-9]{30,}_?[A-Za-z0-9]*",
    "a password in an address": r"\b(?:postgres(?:ql)?|rediss?|smtps?|amqps?)://[^\s:/@]+:(?=[^\s@]*\d)(?=[^\s@]*[A-Za-z])[^\s@{}$<]{16,}@(?!\w+\.example)",
}
UNREAD = frozenset([".png", ".webp", ".jpg", ".ico", ".woff2", ".docx", ".xlsx", ".pdf", ".mo", ".ttf", ".zip"])


@dataclass(frozen=True, slots=True)
class Finding:
    """A known hole in something that is locked."""

    package: str
    id: str
    fix: str

    def __str__(self) -> str:
        return f"{self.package}: {self.id}, mended in {self.fix or 'no version yet'}"


class UnansweredError(Exception):
    """The registry did not say."""


def bandit() -> bool:
    """Whether bandit finds nothing grave in the code that serves; ruff's S rules stand beside it."""
    return _program("bandit", "--quiet", "--recursive", "-lll", *APPS).returncode == 0


def python_packages() -> bool:
    """Whether no locked Python package has a known hole."""
    return _answered("pip", _ask_pip)


def node_packages() -> bool:
    """Whether no locked npm package has a grave one."""
    return _answered("npm", _ask_npm)


def no_secrets() -> bool:
    """Whether no file that is committed holds what looks like a real secret. Prints where, never what."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name and Path(name).suffix not in UNREAD]
    found = [f"{name}:{line}: looks like {what}" for name in names for line, what in secrets_in(_text(ROOT / name))]
    for place in found:
        print(place)
    return not found


def secrets_in(text: str) -> Iterator[tuple[int, str]]:
    """This will yield line and kind of what looks like a secret."""
    for what, pattern in SECRETS.items():
        for match in re.finditer(pattern, text):
            yield text.count("\n", 0, match.start()) + 1, what


def write_bill() -> int:
    """This will write the software bill of materials (CycloneDX) of what is locked into ``var/sbom.json``."""
    BILL.parent.mkdir(exist_ok=True)
    done = _program("cyclonedx-py", "requirements", "requirements.txt", "--output-file", str(BILL))
    if done.returncode == 0:
        print(f"{BILL.relative_to(ROOT)}: {len(json.loads(BILL.read_text())['components'])} components")
    return done.returncode


def main() -> int:
    """This will take a snapshot of what the registries say about what is locked now."""
    try:
        answers = {"pip": _ask_pip(), "npm": _ask_npm()}
    except UnansweredError as error:
        sys.stderr.write(f"No snapshot taken: {error}\n")
        return 1
    found = {name: [[f.package, f.id, f.fix] for f in findings] for name, findings in answers.items()}
    SNAPSHOT.write_text(json.dumps({"taken": datetime.now(UTC).date().isoformat(), **found}, indent=1) + "\n")
    return 0


def _answered(kind: str, ask: Callable[[], list[Finding]]) -> bool:
    try:
        findings = ask()
    except UnansweredError as error:
        print(f"{error}")
        if not SNAPSHOT.exists():
            print(f"NOT AUDITED ({kind}): no answer and no snapshot. With a network: python -m portfolio.stack.audits")
            return True
        stored = json.loads(SNAPSHOT.read_text())
        print(f"By the snapshot of {stored['taken']}.")
        findings = [Finding(*values) for values in stored[kind]]
    for finding in findings:
        print(finding)
    return not findings


def _ask_pip() -> list[Finding]:
    quiet = ("--progress-spinner", "off", "--disable-pip", "--no-deps", "--timeout", "10")
    done = _program("pip-audit", *quiet, "--requirement", "requirements.txt", "--format", "json", capture=True)
    found = _json(done.stdout)
    packages = found.get("dependencies", []) if isinstance(found, dict) else []
    unread = [package for package in packages if "skip_reason" in package]
    if not packages or len(unread) > len(packages) // 10:
        raise UnansweredError(f"pip-audit could not ask about {len(unread) or 'any'} of the locked packages.")
    return [
        Finding(package["name"], hole["id"], ", ".join(hole.get("fix_versions", [])))
        for package in packages
        for hole in package.get("vulns", [])
    ]


def _ask_npm() -> list[Finding]:
    command = ["npm", "audit", "--json", "--package-lock-only"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnansweredError(f"npm audit: {type(error).__name__}.") from error
    found = _json(done.stdout)
    if not isinstance(found, dict) or "vulnerabilities" not in found:
        raise UnansweredError("npm audit got no answer from the registry.")
    grave = [hole for hole in found["vulnerabilities"].values() if hole["severity"] in GRAVE]
    return [Finding(hole["name"], hole["severity"], str(hole.get("fixAvailable") or "")) for hole in grave]


def _program(name: str, *arguments: str, capture: bool = False) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=capture, text=True, check=False, timeout=SECONDS if capture else None
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="ignore")
    except OSError:  # deleted, not committed yet
        return ""


if __name__ == "__main__":
    raise SystemExit(main())
