"""Threads that close by themselves are found by their date."""

STATEMENTS: tuple[str, ...] = (
    "CREATE INDEX threads_closing ON threads (closes_at) WHERE closes_at > 0 AND locked = 0",
    "CREATE INDEX threads_open_by_age ON threads (site, created_at) WHERE locked = 0 AND closes_at IS NULL",
)
