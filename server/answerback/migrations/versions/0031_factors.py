"""How owners prove who they are: passkeys, codes of an app, recovery codes; and sessions that they can tell apart.

A sign-in that waits for its second step is no session yet. Challenges are signed: only those that were used are kept.
"""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE owner_sessions ADD COLUMN id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE owner_sessions ADD COLUMN agent TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE owner_sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE owner_sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0",
    "UPDATE owner_sessions SET id = substr(hash, 1, 22), seen_at = created_at",
    "CREATE INDEX owner_sessions_of_owner ON owner_sessions (owner_id, id)",
    """CREATE TABLE owner_totp (
        owner_id TEXT PRIMARY KEY REFERENCES owners (id) ON DELETE CASCADE, secret TEXT NOT NULL,
        last_step BIGINT NOT NULL, created_at BIGINT NOT NULL)""",
    """CREATE TABLE recovery_codes (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE)""",
    "CREATE INDEX recovery_codes_of_owner ON recovery_codes (owner_id)",
    """CREATE TABLE passkeys (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE, public_key TEXT NOT NULL,
        sign_count BIGINT NOT NULL, name TEXT NOT NULL, synced SMALLINT NOT NULL, created_at BIGINT NOT NULL,
        used_at BIGINT)""",
    "CREATE INDEX passkeys_of_owner ON passkeys (owner_id, created_at)",
    "CREATE TABLE used_challenges (hash TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)",
    """CREATE TABLE pending_owners (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
        credentials BIGINT NOT NULL, expires_at BIGINT NOT NULL)""",
)
