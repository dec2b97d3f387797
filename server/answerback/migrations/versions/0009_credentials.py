"""What opens an account is counted; whoever was blocked is known again after erasing the account."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE visitors ADD COLUMN credentials BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE owners ADD COLUMN credentials BIGINT NOT NULL DEFAULT 0",
    # Those of before would not end by being idle.
    "DELETE FROM owner_sessions",
    """CREATE TABLE blocked_identities (
        site TEXT NOT NULL REFERENCES sites (key), hash TEXT NOT NULL, blocked_at BIGINT NOT NULL,
        PRIMARY KEY (site, hash))""",
)
