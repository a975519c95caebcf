"""Everything this room ever tells anyone; no name carries a confidential word."""

from typing import Final

BOOKED: Final = "temu.booked"
MOVED: Final = "temu.moved"
CANCELLED: Final = "temu.cancelled"
CANCELLED_BY_COUNSELLOR: Final = "temu.called_off"
REMINDER: Final = "temu.reminder"
FOR_COUNSELLOR_BOOKED: Final = "temu.agenda_booked"
FOR_COUNSELLOR_MOVED: Final = "temu.agenda_moved"
FOR_COUNSELLOR_CANCELLED: Final = "temu.agenda_cancelled"

CLIENT: Final = "temu.client"
COUNSELLOR: Final = "temu.counsellor"
"""The two inbox namespaces: one tag a person and namespace, so that no two rooms share one."""
