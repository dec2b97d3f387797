"""Jobs: work beside requests, and what recurs.

A job without a due time has failed for good. Mail that waits under an earlier release is sent by a job each.
"""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE jobs (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT, site TEXT NOT NULL, data TEXT NOT NULL,
        created_at BIGINT NOT NULL, due_at BIGINT, again_at BIGINT, tries BIGINT NOT NULL DEFAULT 0, worker TEXT,
        error TEXT NOT NULL DEFAULT '', failed_at BIGINT)""",
    "CREATE UNIQUE INDEX jobs_by_key ON jobs (kind, key)",
    "CREATE INDEX jobs_due ON jobs (kind, due_at)",
    "CREATE INDEX jobs_dead ON jobs (site, failed_at) WHERE due_at IS NULL",
    "CREATE TABLE schedule (name TEXT PRIMARY KEY, due_at BIGINT NOT NULL)",
    "CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)",
    """INSERT INTO jobs (id, kind, site, data, created_at, due_at)
        SELECT 'mail-' || id, 'mail_link', site, '{"id":"' || id || '"}', created_at, due_at FROM mail_links
        WHERE state = 'queued'""",
)
