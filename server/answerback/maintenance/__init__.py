"""Maintenance: backups, disk space, checks of the database, and alerts."""
