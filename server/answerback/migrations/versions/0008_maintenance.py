"""What keeps the server whole: backups, checks of the database, its size from day to day."""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE maintenance_runs (
        kind TEXT NOT NULL, at BIGINT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
        bytes BIGINT NOT NULL, PRIMARY KEY (kind, at))""",
)
