"""Owners' factors besides a password: passkeys, app codes, recovery codes."""
