"""Accounts, tokens and logins."""
