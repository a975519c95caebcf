"""Pages of accounts: signing in and out, language, activation, the vault."""
