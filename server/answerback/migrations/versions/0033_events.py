"""What is told is a row, written with the change it tells of; and which servers run.

On SQLite one process writes at a time, so that the order of rows is that of their commits. On PostgreSQL a row gets its
position after its commit (`live/events_store.py`): numbers that are given before it would be seen out of order.
"""

_COLUMNS = """channel TEXT NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL,
        afresh SMALLINT NOT NULL, at BIGINT NOT NULL"""
_REST = (
    "CREATE INDEX events_of_subject ON events (channel, subject)",
    """CREATE TABLE servers (
        id TEXT PRIMARY KEY, host TEXT NOT NULL, pid BIGINT NOT NULL, key TEXT NOT NULL, ahead BIGINT NOT NULL,
        seen_at BIGINT NOT NULL)""",
    "CREATE TABLE paces (bucket TEXT PRIMARY KEY, since BIGINT NOT NULL, count BIGINT NOT NULL)",
)

SQLITE: tuple[str, ...] = (f"CREATE TABLE events (position INTEGER PRIMARY KEY, {_COLUMNS})", *_REST)
POSTGRESQL: tuple[str, ...] = (
    f"""CREATE TABLE events (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, position BIGINT, {_COLUMNS})""",
    "CREATE UNIQUE INDEX events_in_order ON events (position)",
    *_REST,
)
