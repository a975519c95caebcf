"""The pools of meetings of open groups, copied from the group's own."""

from collections.abc import Sequence

from groups.choices import GroupKind
from groups.models import CapacityPool, Meeting


def ensure_pools(*, meetings: Sequence[Meeting]) -> None:
    """
    Give each meeting of an open group a pool for each of its ways, as large as the group's.

    What is there is left alone; a closed group's members have their places in the group.
    """
    open_ones = [row for row in meetings if row.group.kind == GroupKind.OPEN]
    own = CapacityPool.objects.filter(
        group__in={row.group_id for row in open_ones}, meeting__isnull=True
    )
    sizes = {(pool.group_id, pool.way): pool.capacity for pool in own}
    fresh = [
        CapacityPool(
            group_id=row.group_id,
            meeting=row,
            way=way,
            capacity=sizes.get((row.group_id, way), 0),
        )
        for row in open_ones
        for way in row.ways
    ]
    CapacityPool.objects.bulk_create(fresh, ignore_conflicts=True)
