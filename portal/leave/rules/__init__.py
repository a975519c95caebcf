"""Pure decisions about leave: counting, entitlement, deadlines; no database, no clock."""
