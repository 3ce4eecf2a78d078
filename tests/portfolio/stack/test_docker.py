"""The image and its compose file, linted: there may be no Docker engine where tests run."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from platform_core.kits.tenancy.roles import CREATE_ROLES
from portfolio.stack.commands import ROLES
from portfolio.stack.places import APPS, ROOT
from portfolio.stack.postgres import EXTENSIONS

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
PROGRAMS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "portfolio"}


def instructions(name: str) -> list[str]:
    joined = re.sub(r"\\\n", " ", DOCKERFILE)
    return [line.split(None, 1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_the_image_is_built_in_stages_and_runs_as_an_ordinary_user() -> None:
    stages = [line.rsplit(" AS ", 1)[1] for line in instructions("FROM")]
    last = DOCKERFILE.rindex("FROM ")

    assert stages == ["front-end", "packages", "image"]
    assert instructions("USER") == ["10001"]
    assert DOCKERFILE.index("USER 10001") > last
    assert all(":latest" not in line and ":" in line.split()[0] for line in instructions("FROM"))


def test_everything_the_image_copies_from_here_exists() -> None:
    sources = [line.split()[:-1] for line in instructions("COPY") if "--from" not in line]

    missing = [name for names in sources for name in names if not (ROOT / name).exists()]

    assert missing == []
    assert set(APPS) <= {name for names in sources for name in names}


def test_the_image_knows_no_secret() -> None:
    assert re.findall(r"(?:PASSWORD|TOKEN|SECRET_KEY)=(?!only-while-building)\S+", DOCKERFILE) == []
    assert not any("SECRET_KEY" in line for line in instructions("ENV"))


def test_each_program_is_started_in_a_role_that_exists() -> None:
    started = {name: service["command"] for name, service in PROGRAMS.items()}

    assert started == {name: [name] for name in ("migrate", "web", "worker-fast", "worker-slow", "beat")}
    assert {role for [role] in started.values()} <= set(ROLES)
    assert instructions("ENTRYPOINT") == ['["python", "manage.py", "serve"]']


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_each_program_runs_without_rights_on_a_read_only_file_system(name: str) -> None:
    service = PROGRAMS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"]


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    knowing = [name for name, service in PROGRAMS.items() if "DATABASE_OWNER_URL" in service["environment"]]

    assert knowing == ["migrate"]


def test_web_and_workers_wait_for_the_migration_and_the_servers_are_checked() -> None:
    waiting = {name: service["depends_on"].get("migrate", {}).get("condition") for name, service in PROGRAMS.items()}
    expected = dict.fromkeys(waiting, "service_completed_successfully") | {"migrate": None}

    assert waiting == expected
    assert all("test" in COMPOSE["services"][name]["healthcheck"] for name in ("postgres", "valkey"))


def test_every_variable_without_a_default_says_what_to_set() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text()

    bare = [name for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text) if not rest]

    assert bare == []


def test_the_roles_of_the_compose_file_are_those_of_the_kit() -> None:
    script = (ROOT / "docker" / "roles.sh").read_text()
    wanted = [statement.format(extra="").strip() + ";" for statement in CREATE_ROLES]

    assert [statement for statement in wanted if statement not in script] == []
    assert re.findall(r"CREATE EXTENSION (\w+);", script) == list(EXTENSIONS)


def test_the_example_environment_names_every_variable_of_the_compose_file() -> None:
    documented = set(re.findall(r"^#? ?([A-Z_]+)=", Path(ROOT / ".env.example").read_text(), re.MULTILINE))

    assert set(PROGRAMS["web"]["environment"]) <= documented
