"""Pages: login, account, tokens, user administration."""
