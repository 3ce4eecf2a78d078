"""What looks like a secret is found, what only looks a little like one is not; nothing that is committed holds one."""

import pytest

from portfolio.stack import audits

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("AKIA" + "ABCDEFGH12345678", "an AWS key"),
        ("ghp_" + LETTERS[:36], "a GitHub token"),
        ("pf_live_" + LETTERS[:43], "one of our API keys"),
        ("sk-ant-" + LETTERS[:40], "an OpenAI or Anthropic key"),
        ("postgresql://app:" + "a1b2c3d4e5f6g7h8i9" + "@db.internal/p", "a password in an address"),
    ],
)
def test_a_secret_is_found_on_its_line(text, what):
    assert list(audits.secrets_in(f"first\nkey = '{text}'\n")) == [(2, what)]


@pytest.mark.parametrize(
    "text",
    ["AKIAIOSFODNN7EXAMPLE", "pf_live_example", "postgresql://user:password@host/db", "sk-short", "smtp://a:$SECRET@h"],
)
def test_what_documents_say_is_none(text):
    assert list(audits.secrets_in(text)) == []


def test_nothing_committed_holds_a_secret(capsys):
    assert audits.no_secrets(), capsys.readouterr().out


def test_a_registry_that_does_not_answer_is_said_aloud(capsys, monkeypatch, tmp_path):
    def silent():
        raise audits.UnansweredError("nobody there")

    monkeypatch.setattr(audits, "SNAPSHOT", tmp_path / "none.json")
    assert audits._answered("npm", silent)
    assert "NOT AUDITED (npm)" in capsys.readouterr().out

    (tmp_path / "none.json").write_text('{"taken": "2026-11-24", "npm": [["evil", "critical", "2.0"]], "pip": []}')
    assert not audits._answered("npm", silent)
    assert "By the snapshot of 2026-11-24." in capsys.readouterr().out
