"""Recovery codes: read aloud, copied by hand, typed back."""

import pytest

from portal.vault import codes


def test_there_and_back():
    code = codes.new_code()
    printed = codes.printable(code)
    assert codes.parse(printed) == code
    assert [len(group) for group in printed.split("-")] == [4] * 8


def test_lookalikes_case_and_spacing_do_not_matter():
    code = bytes(19) + b"\x21"
    printed = codes.printable(code)
    assert printed.endswith("0011")
    for typed in (
        printed.lower(), printed.replace("-", " "), printed.replace("-", ""),
        printed.replace("0", "O").replace("1", "l"), "  " + printed.replace("1", "i") + "\n",
    ):  # fmt: skip
        assert codes.parse(typed) == code


@pytest.mark.parametrize("typed", ["", "7K3M", "U" * 32, "0" * 31, "0" * 33, "é" * 32])
def test_what_cannot_be_one_is_refused(typed):
    with pytest.raises(codes.NotACode):
        codes.parse(typed)


def test_leading_zeros_survive():
    assert codes.parse(codes.printable(bytes(20))) == bytes(20)


def test_no_two_are_the_same():
    assert len({codes.new_code() for _ in range(50)}) == 50
