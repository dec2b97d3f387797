"""What owners want to be told of, how soon, and how far they have been told.

One row for each owner, site and kind of news: everything that came after `told_at` is still to be told, at `next_at`.
"""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE notice_choices (
        owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE, site TEXT NOT NULL REFERENCES sites (key),
        kind TEXT NOT NULL, pace TEXT NOT NULL, told_at BIGINT NOT NULL, next_at BIGINT,
        PRIMARY KEY (owner_id, site, kind))""",
    "CREATE INDEX notice_choices_due ON notice_choices (kind, next_at) WHERE next_at IS NOT NULL",
    """CREATE TABLE notice_hours (
        owner_id TEXT PRIMARY KEY REFERENCES owners (id) ON DELETE CASCADE, hour SMALLINT NOT NULL,
        quiet_from SMALLINT NOT NULL, quiet_until SMALLINT NOT NULL, lang TEXT NOT NULL)""",
)
