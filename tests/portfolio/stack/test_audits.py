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

    stored = '{"npm": {"taken": "2026-11-24", "found": [["evil", "critical", "2.0"]], "unasked": ["odd 1"]}}'
    (tmp_path / "none.json").write_text(stored)
    assert not audits._answered("npm", silent)
    said = capsys.readouterr().out
    assert "By the snapshot of 2026-11-24." in said
    assert "Not asked about: odd 1." in said
    assert audits._answered("pip", silent)
    assert "NOT AUDITED (pip)" in capsys.readouterr().out


def test_the_index_is_asked_where_pip_audit_is_not_answered(monkeypatch, tmp_path):
    names = [f"package-{n}" for n in range(12)]
    (tmp_path / "requirements.txt").write_text("".join(f"{name}==1.0 \\\n    --hash=x\n" for name in names))
    hole = {"id": "PYSEC-1", "fixed_in": ["1.1"], "withdrawn": None}
    said = {name: {"info": {"version": "1.0"}, "vulnerabilities": []} for name in names}
    said["package-3"]["vulnerabilities"] = [hole, hole | {"id": "PYSEC-2", "withdrawn": "2026-01-01"}]
    said["package-4"]["info"] = {"version": "2.0"}
    monkeypatch.setattr(audits, "ROOT", tmp_path)
    monkeypatch.setattr(audits, "_newest", said.get)

    answer = audits._ask_index()

    assert answer.findings == [audits.Finding("package-3", "PYSEC-1", "1.1")]
    assert answer.unasked == ["package-4 1.0"]
    monkeypatch.setattr(audits, "_newest", lambda _name: None)
    with pytest.raises(audits.UnansweredError):
        audits._ask_index()
