"""Server-side request forgery: no address that a customer names leads into our network, however it is written.

The names are asked of a resolver hook that stands in for the customer's own DNS server; the peers are real servers.
"""

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.outbound import OutboundError, RefusedAddressError, is_open, post, resolve, target_of
from platform_core.webhooks import services
from platform_core.webhooks.models import WebhookEndpoint
from tests.factories.organizations import make_organization
from tests.factories.receivers import make_endpoint, receiver

PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def loopback(settings):
    settings.OUTBOUND_LOOPBACK = True


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1"),
        *("240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"),
        *(
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:808:808::",
        ),
        *("2001::1", "2001:0:53aa:64c:0:fbff:80ff:fffe", "2001:db8::1", "3fff::1", "5f00::1", "100::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "no address", ""),
    ],
)
def test_an_address_that_is_not_public_is_closed(address):
    assert is_open(address) is False


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111"])
def test_a_public_address_is_open(address):
    assert is_open(address) is True


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("https://localhost/", "private"),
        ("https://LOCALHOST./", "private"),
        ("https://app.localhost/", "private"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[::ffff:7f00:1]/", "private"),
        ("https://[64:ff9b::169.254.169.254]/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://metadata.google.internal/", "private"),
        ("https://metadata/", "private"),
        ("https://instance-data.ec2.internal/", "private"),
        ("https://printer.local/", "private"),
        ("https://router.home.arpa/", "private"),
        ("https://redis/", "private"),
        ("https://2130706433/", "number"),
        ("https://0x7f000001/", "number"),
        ("https://0x7f.0.0.1/", "number"),
        ("https://0177.0.0.1/", "number"),
        ("https://017700000001/", "number"),
        ("https://127.1/", "number"),
        ("https://127.0.1/", "number"),
        ("https://127.0.0.0x1/", "number"),
        ("https://1.1.1.1.1/", "number"),
        ("https://example.0x7f/", "number"),
        ("https://１２７.０.０.１/", "private"),
        ("https://127。0。0。1/", "private"),
        ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "private"),
        ("https://user@example.com/", "credentials"),
        ("https://user:pass@example.com/", "credentials"),
        ("https://example.com@127.0.0.1/", "credentials"),
        ("https://@example.com/", "credentials"),
        ("https://example.com\\@127.0.0.1/", "malformed"),
        ("https://example.com#@127.0.0.1/", "malformed"),
        ("https://example.com/#x", "malformed"),
        ("https://example.com/a b", "malformed"),
        ("https://example.com/\r\nHost: evil", "malformed"),
        ("https://exam\tple.com/", "malformed"),
        ("https://%31%32%37.0.0.1/", "malformed"),
        ("https://[fe80::1%25eth0]/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://-example.com/", "malformed"),
        ("https:///path", "malformed"),
        ("https://example..com/", "malformed"),
        ("https://example.com/" + "a" * 500, "malformed"),
        ("https://example.com:22/", "port"),
        ("https://example.com:80/", "port"),
        ("https://example.com:0/", "port"),
        ("javascript:alert(1)", "scheme"),
        ("", "scheme"),
    ],
)
def test_what_the_text_gives_away_is_refused(url, code):
    with pytest.raises(RefusedAddressError) as refused:
        target_of(url)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://Example.COM", "https://example.com/"),
        ("https://example.com.:443/a?b=c", "https://example.com/a?b=c"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://1.1.1.1/x", "https://1.1.1.1/x"),
        ("https://[2606:4700:4700::1111]/x", "https://[2606:4700:4700::1111]/x"),
    ],
)
def test_an_address_has_one_spelling(url, stored):
    assert target_of(url).url == stored


@pytest.mark.parametrize("number", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "017700000001"])
def test_what_the_system_reads_as_loopback_is_closed_after_resolving_too(number):
    assert all(not is_open(address) for address in resolve(number, 443))


def test_a_name_that_leads_inside_is_not_called():
    with receiver() as inside, pytest.raises(RefusedAddressError) as refused:
        post(f"https://evil.example:{inside.port}/", b"{}", {}, resolver=lambda host, port: ["127.0.0.1"])

    assert (refused.value.code, refused.value.address, inside.calls) == ("private", "127.0.0.1", [])


def test_one_closed_address_among_public_ones_is_enough():
    for addresses in ([PUBLIC, "10.0.0.1"], ["fd00:ec2::254", PUBLIC], [PUBLIC, "::ffff:169.254.169.254"]):
        with pytest.raises(RefusedAddressError):
            post("https://evil.example/", b"{}", {}, resolver=lambda host, port, found=addresses: found)


def test_a_name_that_changes_between_check_and_connection_is_asked_once(loopback):
    """DNS rebinding: the first answer may be called, every later one is where it must not lead."""
    asked = []
    with receiver() as meant, socket.create_server(("127.0.0.2", meant.port)) as inside:
        inside.setblocking(False)

        def rebinding(host, port):
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

        answer = post(f"http://rebinding.localhost:{meant.port}/", b"{}", {}, resolver=rebinding)

        with pytest.raises(BlockingIOError):
            inside.accept()
    assert (answer.address, asked, len(meant.calls)) == ("127.0.0.1", ["rebinding.localhost"], 1)
    assert meant.calls[0].headers["host"] == f"rebinding.localhost:{meant.port}"


def test_a_name_that_first_was_public_reaches_nobody_inside():
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    with receiver() as inside, pytest.raises(OutboundError) as failed:
        post(
            f"https://rebinding.example:{inside.port}/",
            b"{}",
            {},
            connect_seconds=0.3,
            resolver=lambda host, port: next(answers),
        )

    assert failed.value.code in ("timeout", "unreachable", "refused", "closed")
    assert inside.calls == []
    assert next(answers) == ["127.0.0.1"], "it was asked once"


def test_a_redirect_is_not_followed(loopback):
    with receiver() as inside, receiver(status=302, headers={"Location": inside.url}) as peer:
        answer = post(peer.url, b"{}", {})

    assert (answer.status, answer.header["location"], inside.calls) == (302, inside.url, [])


def test_no_proxy_of_the_environment_is_used(loopback, monkeypatch):
    with receiver() as proxy, receiver() as peer:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        answer = post(peer.url, b"{}", {})

    assert (answer.status, len(peer.calls), proxy.calls) == (200, 1, [])


def test_the_development_setting_opens_this_machine_and_nothing_else(loopback):
    assert target_of("http://localhost:9000/hook").url == "http://localhost:9000/hook"
    assert is_open("127.0.0.1")
    for url in ("http://example.com/", "https://10.0.0.1/", "http://169.254.169.254/", "https://2130706433/"):
        with pytest.raises(RefusedAddressError):
            target_of(url)
    with pytest.raises(RefusedAddressError):
        post("http://app.localhost/", b"{}", {}, resolver=lambda host, port: ["10.0.0.1"])


def test_a_resolver_that_hangs_costs_its_time_limit():
    never = threading.Event()
    with pytest.raises(OutboundError) as failed:
        post("https://slow.example/", b"{}", {}, connect_seconds=0.1, resolver=lambda host, port: [str(never.wait(5))])
    never.set()

    assert failed.value.code == "timeout"


def test_a_name_that_nobody_knows_says_so():
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(OutboundError) as failed:
        post("https://nobody.example/", b"{}", {}, resolver=unknown)

    assert failed.value.code == "unknown_host"


def test_the_certificate_must_be_valid_for_the_name_and_the_name_is_sent(loopback, tmp_path, monkeypatch):
    names = []
    with tls_server(tmp_path, "hooks.localhost", names) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        answer = post(f"https://hooks.localhost:{port}/", b"{}", {}, resolver=lambda host, port: ["127.0.0.1"])
        with pytest.raises(OutboundError) as other:
            post(f"https://other.localhost:{port}/", b"{}", {}, resolver=lambda host, port: ["127.0.0.1"])
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(OutboundError) as unknown:
            post(f"https://hooks.localhost:{port}/", b"{}", {}, resolver=lambda host, port: ["127.0.0.1"])

    assert (answer.status, other.value.code, unknown.value.code) == (204, "certificate", "certificate")
    assert names == ["hooks.localhost", "other.localhost", "hooks.localhost"]


def test_an_endpoint_inside_is_refused_by_form_and_service_and_nothing_is_stored(db):
    andina = make_organization("andina")
    for url in ("http://example.com/", "https://169.254.169.254/", "https://0x7f.1/", "https://a@b.example/"):
        with tenant(andina.pk), pytest.raises(services.WebhookError) as refused:
            services.create_endpoint(actor=None, organization=andina, url=url, event_types=["*"])
        assert refused.value.field == "url"
    with tenant(andina.pk):
        assert not WebhookEndpoint.objects.exists()


def test_a_test_of_a_name_that_leads_inside_says_so_and_calls_nobody(db, monkeypatch):
    andina = make_organization("andina")
    endpoint = make_endpoint(andina, "https://hooks.andina.example/")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("169.254.169.254", 443))])

    with tenant(andina.pk):
        attempt = services.send_test(actor=None, endpoint=endpoint)

    assert (attempt.error, attempt.address, attempt.status_code) == ("private", "169.254.169.254", None)


class tls_server:
    """A server with a certificate for one name, signed by itself; it notes the names that callers ask for."""

    def __init__(self, folder, name, names):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        self.context.sni_callback = lambda line, asked, context: names.append(asked)
        self.listening = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self.listening.getsockname()[1]

    def __exit__(self, *_):
        self.listening.close()

    def serve(self):
        while True:
            try:
                raw, _address = self.listening.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(raw, server_side=True) as line:
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n{}"):  # what is left unread would reset the connection
                        asked += line.recv(4096)
                    line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                raw.close()


def test_the_closed_ranges_hold_what_the_library_calls_private():
    """Our list is written out; what Python's own tables close must be closed here too."""
    for network in (*ipaddress.IPv4Address._constants._private_networks, ipaddress.ip_network("100.64.0.0/10")):
        assert not is_open(str(network[0])), network
        assert not is_open(str(network[-1])), network
