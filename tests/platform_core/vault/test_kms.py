"""Data keys wrapped by KMS: the real boto3 against a small server that speaks its protocol and holds the key."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from platform_core.kits.crypto.wrapping import Kms, WrappingError

CONTEXT = {"organization": "1", "purpose": "data", "version": "1"}
KEY = b"k" * 32


class Peer(BaseHTTPRequestHandler):
    """TrentService: JSON 1.1, the operation in X-Amz-Target, the encryption context authenticated."""

    master = AESGCM(b"m" * 32)
    seen: list[dict] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"]
        self.seen.append({"operation": operation, "signed": self.headers["Authorization"], **body})
        context = json.dumps(body["EncryptionContext"], sort_keys=True).encode()
        if operation == "TrentService.Encrypt":
            nonce = os.urandom(12)
            blob = nonce + self.master.encrypt(nonce, base64.b64decode(body["Plaintext"]), context)
            return self.answer(200, {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": body["KeyId"]})
        blob = base64.b64decode(body["CiphertextBlob"])
        try:
            text = self.master.decrypt(blob[:12], blob[12:], context)
        except InvalidTag:
            return self.answer(400, {"__type": "InvalidCiphertextException"})
        return self.answer(200, {"Plaintext": base64.b64encode(text).decode(), "KeyId": body["KeyId"]})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def kms(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    Peer.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Kms("eu-west-1", "alias/portfolio", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_a_key_comes_back_and_kms_is_told_whose_it_is(kms):
    wrapped = kms.wrap(KEY, CONTEXT)

    assert KEY not in wrapped
    assert kms.unwrap(wrapped, CONTEXT, key_id=kms.key_id) == KEY
    assert [call["operation"] for call in Peer.seen] == ["TrentService.Encrypt", "TrentService.Decrypt"]
    assert all(call["EncryptionContext"]["organization"] == "1" and call["signed"] for call in Peer.seen)
    assert {call["KeyId"] for call in Peer.seen} == {"alias/portfolio"}


def test_a_key_of_another_organization_is_refused(kms):
    wrapped = kms.wrap(KEY, CONTEXT)

    with pytest.raises(WrappingError, match="InvalidCiphertext"):
        kms.unwrap(wrapped, {**CONTEXT, "organization": "2"}, key_id=kms.key_id)


def test_no_answer_is_an_error_of_ours(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(WrappingError, match="KMS"):
        Kms("eu-west-1", "alias/portfolio", "http://127.0.0.1:9").wrap(KEY, CONTEXT)
