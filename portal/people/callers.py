"""
Where a request comes from, as far as this house may know: one word a day per connection.

Limits on sign-in attempts must tell connections apart. They get a keyed hash that changes at
midnight; the address itself and the browser's name never reach Redis, a table or a log.
"""

import ipaddress
from collections.abc import MutableMapping
from datetime import date
from typing import Any

from django.conf import settings

from portal.vault.services import tag

META_KEY = "TEDUH_CALLER"
_IPV6_PREFIX = 64
_TRACES = (
    "HTTP_USER_AGENT",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "REMOTE_HOST",
    "REMOTE_PORT",
)
_NOWHERE = "0.0.0.0"  # noqa: S104 - a placeholder in a header, nothing listens here


def relieve(meta: MutableMapping[str, Any], *, today: date) -> None:
    """Take the address and the browser's name out of a request, leaving the word of the day."""
    meta[META_KEY] = _word(_address(meta), today)
    for trace in _TRACES:
        meta.pop(trace, None)
    meta["REMOTE_ADDR"] = _NOWHERE


def caller_of(meta: MutableMapping[str, Any], *, today: date) -> str:
    """Return the word of the day for the connection behind a request."""
    word = meta.get(META_KEY)
    return str(word) if word else _word(_address(meta), today)


def _address(meta: MutableMapping[str, Any]) -> str:
    """Return the client's address: behind N trusted proxies, the N-th from the right."""
    forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    hops: int = settings.PROXY_COUNT
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return str(forwarded[-hops])
    return str(meta.get("REMOTE_ADDR") or "")


def _word(address: str, today: date) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = "unknown"
    else:
        network = str(parsed)
        if parsed.version == 6:
            network = str(ipaddress.ip_network(f"{parsed}/{_IPV6_PREFIX}", strict=False))
    word: str = tag("people.caller", today.isoformat(), network).hex()[:32]
    return word
