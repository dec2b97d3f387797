"""Accounts of visitors and owners, their sessions and how they sign in."""
