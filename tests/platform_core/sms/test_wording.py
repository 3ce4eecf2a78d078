"""Numbers and words as the networks take them. Sources: ITU-T E.164; 3GPP TS 23.038 section 6.2.1; TS 23.040."""

import pytest

from platform_core.sms.wording import e164, fitted, is_gsm, masked, plain, segments, units


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("+34 600 111 222", "+34600111222"),
        ("0034 (600) 111-222", "+34600111222"),
        ("+591\u00a07\u2011123.4567", "+59171234567"),
        ("600111222", ""),  # of which country?
        ("+0600111222", ""),
        ("+34600", ""),
        ("+1234567890123456", ""),
        ("+34 600 111 22x", ""),
        ("+٣٤٦٠٠١١١٢٢٢", ""),
        ("", ""),
    ],
)
def test_a_number_is_written_as_e164_or_not_at_all(typed, found):
    assert e164(typed) == found


def test_a_number_is_shown_by_its_ends():
    assert masked("+34600111222") == "+34 ••• 222"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("€" * 80, 1),  # two septets each
        ("€" * 81, 2),
        ("王" * 70, 1),
        ("王" * 71, 2),
        ("😀" * 35, 1),  # two 16-bit units each
        ("😀" * 36, 2),
    ],
)
def test_the_parts_of_a_message_are_those_that_the_network_counts(text, count):
    assert segments(text) == count


def test_quotes_and_accents_outside_of_the_alphabet_get_their_nearest():
    assert plain("“Año” de María – ¿qué?…") == '"Año" de Maria - ¿qué?...'
    assert is_gsm(plain("Łukasz")) is False  # no nearest one: the name stays whole
    assert plain("Łukasz, “王”") == 'Łukasz, "王"'


def test_the_link_goes_with_words_that_leave_room_for_it():
    link = "https://portfolio.example/me/inbox/"
    assert fitted("Andina: 3 runs", link) == f"Andina: 3 runs {link}"
    assert fitted("a" * 150, link) == "a" * 150


def test_words_that_are_too_long_end_in_dots_within_one_message():
    long = fitted("word " * 60)
    assert (units(long) <= 160, long.endswith("..."), segments(long)) == (True, True, 1)
    assert segments(fitted("王" * 300)) == 1
