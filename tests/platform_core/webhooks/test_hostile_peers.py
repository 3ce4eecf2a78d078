"""Peers that stall, redirect, flood, hang up: each costs a try with a reason, and nothing else."""

import pytest

from platform_core.kits.tenancy.scope import tenant
from platform_core.kits.web import outbound
from platform_core.webhooks import services


@pytest.fixture
def ping(andina, endpoint):
    def go():
        with tenant(andina.pk):
            return services.send_test(actor=None, endpoint=endpoint)

    return go


def test_a_peer_that_stalls_costs_its_time_limit(peer):
    peer.answering = lambda handler: peer.over.wait(10)

    with pytest.raises(outbound.OutboundError) as failed:
        outbound.post(peer.url, b"{}", {}, seconds=0.3)

    assert failed.value.code == "timeout"


def test_a_peer_that_answers_a_byte_at_a_time_does_not_get_more_time(peer):
    def drip(handler):
        while not peer.over.wait(0.05):
            handler.wfile.write(b"H")
            handler.wfile.flush()

    peer.answering = drip
    with pytest.raises(outbound.OutboundError) as failed:
        outbound.post(peer.url, b"{}", {}, seconds=0.5)

    assert failed.value.code == "timeout"


def test_a_body_that_drips_does_not_take_a_success_away(peer):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not peer.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    peer.answering = drip
    answer = outbound.post(peer.url, b"{}", {}, seconds=0.5)

    assert (answer.status, set(answer.body)) == (200, {ord("x")})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_says_what_to_do(peer, ping, status):
    peer.status, peer.headers = status, {"Location": "http://169.254.169.254/"}

    attempt = ping()

    assert (attempt.status_code, attempt.error, len(peer.calls)) == (status, "redirect", 1)
    assert ["Location", "http://169.254.169.254/"] in attempt.response_headers


def test_of_a_gigabyte_a_page_is_kept_and_the_rest_not_read(peer, ping):
    sent = []

    def flood(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 1_000_000)
            sent.append(1)

    peer.answering = flood
    attempt = ping()

    assert (attempt.status_code, attempt.error, len(attempt.response_body)) == (200, "", 4000)
    assert len(sent) < 50


def test_heads_without_end_are_given_up(peer, ping):
    def flood(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            handler.wfile.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))

    peer.answering = flood

    assert ping().error == "too_large"


def test_a_peer_that_hangs_up_before_it_answers(peer, ping):
    peer.answering = lambda handler: handler.connection.close()

    attempt = ping()

    assert (attempt.error, attempt.status_code) == ("closed", None)


def test_a_peer_that_hangs_up_in_the_middle_of_its_head(peer, ping):
    def half(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        handler.wfile.flush()
        handler.connection.shutdown(2)

    peer.answering = half
    attempt = ping()

    assert attempt.status_code in (None, 200)
    assert attempt.error in ("", "closed", "garbled")


def test_a_peer_that_hangs_up_in_the_middle_of_its_body_has_answered(peer, ping):
    def half(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")

    peer.answering = half
    attempt = ping()

    assert (attempt.status_code, attempt.error, attempt.response_body) == (200, "", "half")


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 99 Low\r\n\r\n", b"\0" * 50]
)
def test_what_is_no_http_is_no_success(peer, ping, raw):
    def speak(handler):
        handler.wfile.write(raw)
        handler.wfile.flush()
        handler.connection.shutdown(2)

    peer.answering = speak
    attempt = ping()

    assert (attempt.error in ("garbled", "closed"), attempt.status_code) == (True, None)


def test_an_answer_with_control_characters_can_be_stored_and_shown(peer, ping):
    peer.body = b"a\x00b\x1b[31mc\xff\nd"

    assert ping().response_body == "ab[31mc�\nd"


def test_nobody_listens(andina, endpoint, peer):
    with tenant(andina.pk):
        services.update_endpoint(actor=None, endpoint=endpoint, url="http://127.0.0.1:9/")
        endpoint.refresh_from_db()
        attempt = services.send_test(actor=None, endpoint=endpoint)

    assert (attempt.error, attempt.status_code) == ("refused", None)


def test_a_peer_that_stalls_does_not_hold_what_goes_to_others(andina, endpoint, peer, happen, work, read, monkeypatch):
    from platform_core.webhooks import delivering, sending
    from tests.factories.receivers import make_endpoint, receiver

    peer.answering = lambda handler: peer.over.wait(10)
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.4)
    assert delivering.THREADS > 1
    with receiver() as other:
        make_endpoint(andina, other.url)
        happen()
        short = lambda order: sending.send(  # noqa: E731
            sending.Order(order.event, order.url, order.secrets, order.cause, 0.4)
        )
        monkeypatch.setattr(delivering, "send", short)
        work()

    states = {str(event.endpoint_id): (event.state, event.error) for event in read.events()}
    assert states.pop(str(endpoint.pk)) == ("queued", "timeout")
    assert list(states.values()) == [("delivered", "")]
