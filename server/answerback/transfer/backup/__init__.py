"""Backups: one file with everything, made while the server runs, and restored."""
