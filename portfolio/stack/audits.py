"""Looking for known holes: bandit, advisories about what is locked, secrets in what is committed; the bill of materials.

Advisories need the registries. Where pip-audit gets no answer, the package index's own JSON is asked: it knows the holes
of each package's newest version, so what is locked at an older one stays unasked and is named. Where nobody answers, the
last snapshot that could be taken (``advisories.json`` beside this file, written by ``python -m portfolio.stack.audits``)
is asked instead, with its date; without one the step says NOT AUDITED, aloud, and does not fail: a machine without a
network would never be green.
"""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portfolio.stack.places import APPS, ROOT

SNAPSHOT = Path(__file__).with_name("advisories.json")
BILL = ROOT / "var" / "sbom.json"
INDEX = "https://pypi.org/pypi"
SECONDS, AT_ONCE = 60, 4
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


@dataclass(slots=True)
class Answer:
    """What a registry said: the holes, and about which packages it could not be asked."""

    findings: list[Finding] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)


class UnansweredError(Exception):
    """The registry did not say."""


def bandit() -> bool:
    """Whether bandit finds nothing grave in the code that serves; ruff's S rules stand beside it."""
    return _program("bandit", "--quiet", "--recursive", "-lll", *APPS).returncode == 0


def python_packages() -> bool:
    """Whether no locked Python package has a known hole."""
    return _answered("pip", _ask_python)


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
    """This will take a snapshot of what the registries say about what is locked now; who does not answer is left as it was."""
    stored = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    silent = 0
    for kind, ask in {"pip": _ask_python, "npm": _ask_npm}.items():
        try:
            answer = ask()
        except UnansweredError as error:
            sys.stderr.write(f"No snapshot of {kind}: {error}\n")
            silent += 1
            continue
        found = [[finding.package, finding.id, finding.fix] for finding in answer.findings]
        stored[kind] = {"taken": datetime.now(UTC).date().isoformat(), "found": found, "unasked": answer.unasked}
    if stored:
        SNAPSHOT.write_text(json.dumps(stored, indent=1) + "\n")
    return int(silent > 0)


def _answered(kind: str, ask: Callable[[], Answer]) -> bool:
    try:
        answer = ask()
    except UnansweredError as error:
        print(f"{error}")
        stored = json.loads(SNAPSHOT.read_text()).get(kind) if SNAPSHOT.exists() else None
        if stored is None:
            print(f"NOT AUDITED ({kind}): no answer and no snapshot. With a network: python -m portfolio.stack.audits")
            return True
        print(f"By the snapshot of {stored['taken']}.")
        answer = Answer([Finding(*values) for values in stored["found"]], stored["unasked"])
    if answer.unasked:
        print(f"Not asked about: {', '.join(answer.unasked)}.")
    for finding in answer.findings:
        print(finding)
    return not answer.findings


def _ask_python() -> Answer:
    try:
        return _ask_pip()
    except UnansweredError:
        return _ask_index()


def _ask_index() -> Answer:
    """The JSON of the index: the holes of a package's newest version, which is mostly the locked one."""
    locked = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    answer = Answer()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for (name, version), said in zip(locked, pool.map(_newest, [name for name, _version in locked]), strict=True):
            if said is None or said["info"]["version"] != version:
                answer.unasked.append(f"{name} {version}")
                continue
            holes = [hole for hole in said["vulnerabilities"] if not hole.get("withdrawn")]
            answer.findings += [Finding(name, hole["id"], ", ".join(hole["fixed_in"])) for hole in holes]
    if len(answer.unasked) > len(locked) // 5:
        raise UnansweredError(f"The index could not say about {len(answer.unasked)} of the locked packages.")
    return answer


def _newest(name: str) -> Any:
    """What the index says of a package's newest version; None where it says nothing."""
    try:
        with urllib.request.urlopen(f"{INDEX}/{name}/json", timeout=SECONDS) as found:
            said = json.load(found)
    except (OSError, ValueError):
        return None
    return said if isinstance(said.get("vulnerabilities"), list) else None


def _ask_pip() -> Answer:
    quiet = ("--progress-spinner", "off", "--disable-pip", "--no-deps", "--timeout", "10")
    done = _program("pip-audit", *quiet, "--requirement", "requirements.txt", "--format", "json", capture=True)
    found = _json(done.stdout)
    packages = found.get("dependencies", []) if isinstance(found, dict) else []
    unread = [package for package in packages if "skip_reason" in package]
    if not packages or len(unread) > len(packages) // 10:
        raise UnansweredError(f"pip-audit could not ask about {len(unread) or 'any'} of the locked packages.")
    findings = [
        Finding(package["name"], hole["id"], ", ".join(hole.get("fix_versions", [])))
        for package in packages
        for hole in package.get("vulns", [])
    ]
    return Answer(findings, [package["name"] for package in unread])


def _ask_npm() -> Answer:
    command = ["npm", "audit", "--json", "--package-lock-only"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnansweredError(f"npm audit: {type(error).__name__}.") from error
    found = _json(done.stdout)
    if not isinstance(found, dict) or "vulnerabilities" not in found:
        raise UnansweredError("npm audit got no answer from the registry.")
    grave = [hole for hole in found["vulnerabilities"].values() if hole["severity"] in GRAVE]
    return Answer([Finding(hole["name"], hole["severity"], str(hole.get("fixAvailable") or "")) for hole in grave])


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
