"""From doors to things."""

from portal.privacy.rules import Door, gather


def test_doors_to_one_thing_become_one_row_without_repetition():
    rows = gather(
        [
            Door("meeting", {"OWNER": "everything", "ASSIGNED": "the alias"}),
            Door("tap", {}),
            Door("meeting", {"OWNER": "everything", "ASSIGNED": "the request"}),
        ]
    )
    assert [row.thing for row in rows] == ["meeting", "tap"]
    assert rows[0].sees == {"OWNER": ["everything"], "ASSIGNED": ["the alias", "the request"]}
    assert rows[0].nobody_else(["HR", "ASSIGNED"]) == ["HR"]
    assert rows[1].nobody_else(["HR"]) == ["HR"]
