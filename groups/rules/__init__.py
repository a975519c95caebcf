"""What is allowed and what follows from what: pure decisions, no database, no clock."""
