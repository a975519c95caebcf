"""The ledger and the steps of a request only grow; balances follow the ledger alone."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION leave_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER leave_ledger_only_added_to BEFORE UPDATE OR DELETE ON leave_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION leave_only_added_to();
CREATE TRIGGER leave_event_only_added_to BEFORE UPDATE OR DELETE ON leave_caseevent
    FOR EACH ROW EXECUTE FUNCTION leave_only_added_to();
CREATE TRIGGER leave_opening_only_added_to BEFORE UPDATE OR DELETE ON leave_evidenceopening
    FOR EACH ROW EXECUTE FUNCTION leave_only_added_to();

CREATE FUNCTION leave_balance_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leave_leaveaccount SET available = available + NEW.quantity
        WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER leave_ledger_moves_balance AFTER INSERT ON leave_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION leave_balance_follows();

CREATE FUNCTION leave_balance_by_ledger_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 AND (
        (TG_OP = 'INSERT' AND NEW.available <> 0)
        OR (TG_OP = 'UPDATE' AND NEW.available IS DISTINCT FROM OLD.available)
    ) THEN
        RAISE EXCEPTION 'a balance moves with the ledger alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leave_account_by_ledger_alone BEFORE INSERT OR UPDATE ON leave_leaveaccount
    FOR EACH ROW EXECUTE FUNCTION leave_balance_by_ledger_alone();
"""
BACK = """
DROP TRIGGER leave_account_by_ledger_alone ON leave_leaveaccount;
DROP FUNCTION leave_balance_by_ledger_alone();
DROP TRIGGER leave_ledger_moves_balance ON leave_ledgerentry;
DROP FUNCTION leave_balance_follows();
DROP TRIGGER leave_opening_only_added_to ON leave_evidenceopening;
DROP TRIGGER leave_event_only_added_to ON leave_caseevent;
DROP TRIGGER leave_ledger_only_added_to ON leave_ledgerentry;
DROP FUNCTION leave_only_added_to();
"""


class Migration(migrations.Migration):
    """Add the triggers."""

    dependencies = [("leave", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
