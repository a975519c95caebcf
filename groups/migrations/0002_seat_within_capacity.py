"""A new seat lies within the capacity of its pool, whatever the code forgets."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION groups_seat_within_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seat_no > (SELECT capacity FROM groups_capacitypool WHERE id = NEW.pool_id) THEN
        RAISE EXCEPTION 'a seat beyond the capacity of its pool'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'place_seat_within_capacity';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_seat_within_capacity
    BEFORE INSERT OR UPDATE OF seat_no, pool_id ON groups_place
    FOR EACH ROW WHEN (NEW.seat_no IS NOT NULL)
    EXECUTE FUNCTION groups_seat_within_capacity();
"""
BACK = """
DROP TRIGGER place_seat_within_capacity ON groups_place;
DROP FUNCTION groups_seat_within_capacity();
"""


class Migration(migrations.Migration):
    """Add the trigger."""

    dependencies = [("groups", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
