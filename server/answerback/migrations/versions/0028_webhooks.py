"""Webhooks of sites, and what they have been sent.

A delivery names its event and what it is about, but has no words of visitors: its payload is made when it is sent. That
a webhook has one delivery of a `key` at most is why nothing is sent twice.
"""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE webhooks (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), url TEXT NOT NULL, format TEXT NOT NULL,
        events TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT NOT NULL DEFAULT '',
        old_until BIGINT NOT NULL DEFAULT 0, active SMALLINT NOT NULL DEFAULT 1, failing_since BIGINT,
        paused_at BIGINT, told_at BIGINT NOT NULL, created_at BIGINT NOT NULL)""",
    "CREATE INDEX webhooks_of_site ON webhooks (site, created_at)",
    """CREATE TABLE webhook_deliveries (
        id TEXT PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE, site TEXT NOT NULL,
        event TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0, code BIGINT NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '',
        tried_at BIGINT, UNIQUE (webhook_id, key))""",
    "CREATE INDEX webhook_deliveries_in_time ON webhook_deliveries (webhook_id, at, id)",
    "CREATE INDEX answers_settled ON answers (site, settled_at) WHERE settled_at IS NOT NULL",
)
