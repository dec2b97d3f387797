"""Whether the owner has said where a thread's page is, and where else its visitor has read it."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE threads ADD COLUMN url_by_owner SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE answers ADD COLUMN hint TEXT NOT NULL DEFAULT ''",
)
