"""Backups: one file with everything, made beside a running server, and put back."""
