"""
Secrets that people copy by hand: Crockford's base32 in groups of four.

No I, L, O or U: what the eye takes for one another is read as the same. Case, spaces and
hyphens do not matter. Source: https://www.crockford.com/base32.html
"""

import secrets

CODE_BYTES = 20
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP = 4
_BITS = 5


class NotACode(Exception):
    """What was typed is no recovery code: wrong length or a letter that does not occur."""


def new_code(length: int = CODE_BYTES) -> bytes:
    """
    Return a random secret of whole groups; nobody guesses it, so no slow hash is needed.

    ``length`` counts bytes: 20 are 160 bits, 10 are enough for what opens little and not long.
    """
    return secrets.token_bytes(length)


def printable(code: bytes) -> str:
    """Return a secret of whole groups (a multiple of 5 bytes) as `7K3M-Q0ZX-…`."""
    number = int.from_bytes(code, "big")
    count = len(code) * 8 // _BITS
    letters = [_ALPHABET[number >> shift * _BITS & 31] for shift in range(count - 1, -1, -1)]
    groups = ["".join(letters[at : at + _GROUP]) for at in range(0, count, _GROUP)]
    return "-".join(groups)


def parse(text: str, length: int = CODE_BYTES) -> bytes:
    """
    Return the secret behind what somebody typed.

    :raises NotACode: if it cannot be one.
    """
    plain = "".join(text.upper().split()).replace("-", "").replace("\N{EN DASH}", "")
    letters = plain.translate(_LOOKALIKES)
    if len(letters) != length * 8 // _BITS or not set(letters) <= set(_ALPHABET):
        raise NotACode
    number = 0
    for letter in letters:
        number = number << _BITS | _VALUES[letter]
    return number.to_bytes(length, "big")
