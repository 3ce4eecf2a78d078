"""What is refused by its size before anything reads it, and what has no size at all."""

import pytest


def test_a_form_of_more_than_25_megabytes_is_refused_unread(client):
    answer = client.post("/language/", {"language": "es"}, CONTENT_LENGTH="25000001")

    assert answer.status_code == 413
    assert "25 MB" in answer.content.decode()
    assert "django_language" not in answer.cookies


@pytest.mark.parametrize("path", ["/language/", "/api/v1/me/"])
def test_a_body_without_a_length_is_refused_instead_of_read_as_empty(client, path):
    answer = client.generic("POST", path, b"", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")

    assert answer.status_code == 411
    assert "Content-Length" in answer.content.decode()
