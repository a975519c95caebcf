"""Small things with no home of their own; imports no other room."""
