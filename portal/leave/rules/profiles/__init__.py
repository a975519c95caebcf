"""The sets of rules an agency can start from, as data with their legal basis."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from portal.leave.choices import Profile
from portal.leave.rules.profiles.asn import ASN
from portal.leave.rules.profiles.private import PRIVATE
from portal.leave.rules.profiles.shapes import RuleSet

PROFILES: Final[Mapping[Profile, RuleSet]] = MappingProxyType(
    {Profile.ASN: ASN, Profile.PRIVATE: PRIVATE}
)
