"""Sign-in."""

ACCOUNTS = (
    "ALTER TABLE visitors ADD COLUMN email_verified_at BIGINT",
    "ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX sessions_of_visitor ON sessions (visitor_id)",
    """CREATE TABLE identities (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), issuer TEXT NOT NULL, subject TEXT NOT NULL,
        visitor_id TEXT NOT NULL REFERENCES visitors (id), email TEXT, created_at BIGINT NOT NULL,
        used_at BIGINT NOT NULL, UNIQUE (site, issuer, subject))""",
    "CREATE INDEX identities_of_visitor ON identities (visitor_id)",
    "CREATE INDEX identities_of_subject ON identities (issuer, subject)",
    """CREATE TABLE oauth_states (
        hash TEXT PRIMARY KEY, provider TEXT NOT NULL, browser TEXT NOT NULL, sign_in_id TEXT NOT NULL,
        account TEXT, verifier TEXT NOT NULL, nonce TEXT NOT NULL, expires_at BIGINT NOT NULL)""",
    """CREATE TABLE mail_links (
        id TEXT PRIMARY KEY, purpose TEXT NOT NULL, site TEXT NOT NULL, email TEXT NOT NULL, visitor_id TEXT,
        sign_in_id TEXT, lang TEXT NOT NULL, hash TEXT UNIQUE, code TEXT, guesses BIGINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT, proved_by TEXT, state TEXT NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL)""",
    "CREATE INDEX mail_links_due ON mail_links (state, due_at)",
    "CREATE INDEX mail_links_of_sign_in ON mail_links (sign_in_id)",
    "CREATE TABLE mail_counts (bucket TEXT PRIMARY KEY, since BIGINT NOT NULL, count BIGINT NOT NULL)",
    """CREATE TABLE avatars (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL, media_type TEXT NOT NULL,
        data TEXT NOT NULL, created_at BIGINT NOT NULL)""",
    "CREATE INDEX avatars_of_visitor ON avatars (visitor_id)",
    """CREATE TABLE account_sessions (
        hash TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL REFERENCES visitors (id),
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)""",
    "CREATE INDEX account_sessions_of_visitor ON account_sessions (visitor_id)",
    "CREATE TABLE sso_secrets (site TEXT PRIMARY KEY REFERENCES sites (key), salt TEXT NOT NULL, "
    "made_at BIGINT NOT NULL)",
    "CREATE TABLE sso_tokens (site TEXT NOT NULL, jti TEXT NOT NULL, expires_at BIGINT NOT NULL, "
    "PRIMARY KEY (site, jti))",
)
HAND_OVER = (
    """CREATE TABLE sign_ins (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), origin TEXT NOT NULL, return_to TEXT NOT NULL,
        nonce TEXT NOT NULL, challenge TEXT NOT NULL, lang TEXT NOT NULL, browser TEXT NOT NULL,
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)""",
    "CREATE INDEX sign_ins_over ON sign_ins (expires_at)",
    """CREATE TABLE sign_in_codes (
        hash TEXT PRIMARY KEY, sign_in_id TEXT NOT NULL, visitor_id TEXT NOT NULL, expires_at BIGINT NOT NULL,
        used_at BIGINT)""",
    "CREATE INDEX sign_in_codes_of_sign_in ON sign_in_codes (sign_in_id)",
)
STATEMENTS: tuple[str, ...] = (*ACCOUNTS, *HAND_OVER)
