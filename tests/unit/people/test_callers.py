"""What is left of an address after the first middleware."""

from datetime import date

import pytest

from portal.people.callers import META_KEY, caller_of, relieve

TODAY = date(2026, 11, 23)


def word(address: str = "203.0.113.7", day: date = TODAY, **meta: str) -> str:
    return caller_of({"REMOTE_ADDR": address, **meta}, today=day)


def test_no_trace_of_the_connection_is_left():
    meta = {
        "REMOTE_ADDR": "203.0.113.7", "REMOTE_PORT": "5000", "HTTP_USER_AGENT": "Peramban/1",
        "HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_REAL_IP": "203.0.113.7",
        "HTTP_HOST": "portal.test",
    }  # fmt: skip
    relieve(meta, today=TODAY)
    assert "203.0.113" not in str(meta)
    assert "Peramban" not in str(meta)
    assert meta["HTTP_HOST"] == "portal.test"
    assert meta[META_KEY] == word()


def test_the_word_changes_with_the_day_and_the_connection():
    assert word() == word()
    assert len({word(), word("203.0.113.8"), word(day=date(2026, 11, 24))}) == 3


def test_one_network_of_ipv6_is_one_connection():
    assert word("2001:db8:1:2::1") == word("2001:db8:1:2:ffff::9")
    assert word("2001:db8:1:2::1") != word("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("hops", "forwarded", "same_as"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "198.51.100.9, 198.51.100.1", "198.51.100.1"),
        (2, "198.51.100.9, 198.51.100.1", "198.51.100.9"),
        (2, "198.51.100.1", "203.0.113.7"),
    ],
)
def test_only_trusted_proxies_are_believed(settings, hops, forwarded, same_as):
    settings.PROXY_COUNT = hops
    assert word(HTTP_X_FORWARDED_FOR=forwarded) == word(same_as)


def test_nonsense_is_one_connection():
    assert word("tidak tahu") == word("")
