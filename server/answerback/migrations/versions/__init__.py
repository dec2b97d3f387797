"""One file a revision; the statements run on SQLite and PostgreSQL alike."""
