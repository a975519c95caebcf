"""Commands of the calendars."""
