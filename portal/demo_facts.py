"""
Who lives in the demo, and the two secrets everybody there shares.

`seed_demo` makes these people and `python -m portal.embedded.demo` prints them. Never used
outside the demo: the house refuses to seed without the demo flag.
"""

from typing import NamedTuple

PASSWORD = "teduh-di-bawah-pohon"  # noqa: S105 - printed on purpose, for the demo only
PASSPHRASE = "payung teduh saat hujan sore"  # noqa: S105 - likewise
DOMAIN = "demo.test"


class Person(NamedTuple):
    """One person of the demo: signs in as `<handle>@demo.test`."""

    handle: str
    full_name: str
    role: str

    @property
    def email(self) -> str:
        """Return the address this person signs in with."""
        return f"{self.handle}@{DOMAIN}"


PEOPLE = (
    Person("rina", "Rina Wulandari", "employee in Jakarta (WIB)"),
    Person("yosef", "Yosef Wanimbo", "employee in Jayapura (WIT)"),
    Person("bram", "Bram Hutasoit", "employee in Jakarta, keyboard and screen reader"),
    Person("sari", "Sari Lestari", "counsellor, and on duty"),
    Person("dewi", "Dewi Kusumawati", "counsellor from another agency"),
    Person("lina", "Lina Maharani", "group facilitator"),
    Person("tirta", "Tirta Anggraini", "second facilitator of the same groups"),
    Person("agus", "Agus Prasetyo", "Rina's line manager"),
    Person("maya", "Maya Sihombing", "HR officer"),
    Person("ratih", "Ratih Anggraini", "authorised official, decides on leave"),
    Person("putri", "dr. Putri Handayani", "medical reviewer"),
    Person("hadi", "Hadi Santoso", "head of the counselling service"),
    Person("eko", "Eko Nugroho", "system administrator"),
    Person("tono", "Tono Wijaya", "data protection officer"),
)
