"""The port of the demo: where it listens, and who else might."""

import errno
import socket
from collections.abc import Mapping

from portal.embedded.binaries import BoxError

DEFAULT_PORT = 8000
HIGHEST_PORT = 65535


def chosen_port(environment: Mapping[str, str]) -> int:
    """
    Return the port that `PORT` names, 8000 if it names none.

    :raises BoxError: if it is no port.
    """
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        words = f"PORT={text} is no port: choose a number from 1 to {HIGHEST_PORT}."
        raise BoxError(words)
    return int(text)


def _try(family: socket.AddressFamily, host: str, port: int) -> OSError | None:
    """Listen for a moment; return what stands against it, if anything."""
    try:
        with socket.socket(family) as door:
            # Else the last run's closed connections would count as "taken".
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
            door.listen()
    except OSError as error:
        return error
    return None


def free_addresses(port: int) -> list[str]:
    """
    Return the addresses that `localhost` may mean here, all free at this port.

    A stranger on only one of them would get half of the visitors.

    :raises BoxError: if one of them is taken.
    """
    refusal = _try(socket.AF_INET, "127.0.0.1", port)
    addresses = [f"127.0.0.1:{port}"]
    if refusal is None and socket.has_ipv6:
        refusal = _try(socket.AF_INET6, "::1", port)
        if refusal is None:
            addresses.append(f"[::1]:{port}")
        elif refusal.errno != errno.EADDRINUSE:
            refusal = None  # no IPv6 on this machine
    if refusal is not None:
        taken = refusal.errno == errno.EADDRINUSE
        what = "taken" if taken else f"not ours to use ({refusal.strerror})"
        other = port + 1 if DEFAULT_PORT <= port < HIGHEST_PORT else DEFAULT_PORT
        text = f"Port {port} is {what}; choose another: make demo PORT={other}"
        raise BoxError(text)
    return addresses
