"""What a note may not carry, and what it may."""

import pytest

from groups.rules.notes import find_spans

ALIASES = ["Kenanga", "Langit", "Ika", "Ab", "Bunga Melati"]


def found(text: str, aliases=ALIASES) -> list[str]:
    return [text[start:end] for start, end in find_spans(text, aliases)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kenanga bercerita", ["Kenanga"]),
        ("KENANGA dan kenanga", ["KENANGA", "kenanga"]),
        ("ken anga bercerita", ["ken anga"]),
        ("k-e-n-a-n-g-a", ["k-e-n-a-n-g-a"]),
        ("K\u0435n\u0430ng\u0430", ["K\u0435n\u0430ng\u0430"]),  # Cyrillic letters
        ("ke\u200bnanga", ["ke\u200bnanga"]),
        ("Kénanga", ["Kénanga"]),
        ("KEN4NGA, K3nanga", []),  # other signs than the nickname's
        ("menurut kenanganya", ["kenanga"]),
        ("langit mendung", ["langit"]),
        ("bungamelati dan bunga  melati", ["bungamelati", "bunga  melati"]),
        ("Ika diam, ika bicara", ["Ika", "ika"]),
        ("kami kalah", []),  # the letters of two words, by accident
        ("kami ka lah", []),
        ("i ka", ["i ka"]),
        ("abad dan sebab", []),  # under three letters: whole words only
        ("ab, AB.", ["ab", "AB"]),
        ("", []),
    ],
)
def test_nicknames_are_found(text, names):
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("NIP 198703122010012003", ["198703122010012003"]),
        ("NIP 19870312 201001 2 003 ada", ["19870312 201001 2 003"]),
        ("NIK 3171234567890001", ["3171234567890001"]),
        ("0812-3456-7890", ["0812-3456-7890"]),
        ("+62 812 3456 7890", ["+62 812 3456 7890"]),
        ("(021) 555 0100", ["(021) 555 0100"]),
        ("021.555.0100", ["021.555.0100"]),
        ("hubungi 555 0100", ["555 0100"]),
        ("3845-6789", ["3845-6789"]),
        ("5550100", ["5550100"]),
        ("0812\u20133456\u20137890", ["0812\u20133456\u20137890"]),
        ("rina.s@instansi.go.id, ya", ["rina.s@instansi.go.id"]),
        ("rina@kantor", ["rina@kantor"]),
        ("@rina_s", ["@rina_s"]),
    ],
)
def test_numbers_and_addresses_are_found(text, numbers):
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "Senin 23-11-2026, 08.00-09.30 WIB",
        "2026-11-23 pukul 10:00",
        "23 November 2026, 8 orang, 90 menit",
        "tahun 2024-2026",
        "Rp 10.000.000",
        "8 orang @ 10 menit",
        "1. beban kerja\n2. tidur\n3. pengakuan\n4. rotasi\n5. lembur\n6. cuti",
    ],
)
def test_days_times_and_counts_are_fine(text):
    assert found(text) == []


def test_spans_do_not_overlap_and_are_in_order():
    assert find_spans("kenanga@langit.id 0812 3456 7890", ALIASES) == ((0, 17), (18, 32))


def test_an_alias_without_letters_finds_nothing():
    assert find_spans("apa pun", ["", "\u2605"]) == ()
