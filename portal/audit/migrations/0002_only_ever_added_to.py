"""Rows of the record are only ever added, and count themselves up."""

from django.db import migrations

TABLES = (
    "audit_staffevent",
    "audit_clientevent",
    "audit_stafflink",
    "audit_clientlink",
)
COUNTED = ("audit_staffevent", "audit_clientevent")

# GENERATED ALWAYS: nobody chooses a number, and no right to a sequence is needed.
COUNT = """
ALTER TABLE {table} ALTER COLUMN sequence DROP DEFAULT;
ALTER TABLE {table} ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY;
"""
UNCOUNT = """
ALTER TABLE {table} ALTER COLUMN sequence DROP IDENTITY;
ALTER TABLE {table} ALTER COLUMN sequence SET DEFAULT 0;
"""

# Tests empty tables with TRUNCATE; only their connections set portal.allow_truncate. It widens
# nothing: the right to TRUNCATE belongs to the owner, who could drop the trigger as well.
REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('portal.allow_truncate', true) = 'tests' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the record is only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
"""
GUARD = """
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
UNGUARD = """
DROP TRIGGER audit_no_change ON {table};
DROP TRIGGER audit_no_truncate ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(COUNT.format(table=table), UNCOUNT.format(table=table))
            for table in COUNTED
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse_change()"),
        *(
            migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table))
            for table in TABLES
        ),
    ]
