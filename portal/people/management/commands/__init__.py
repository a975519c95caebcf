"""Commands on accounts and the organisation."""
