"""Replies are read page by page, in their order; what is pinned is found without reading the rest."""

STATEMENTS: tuple[str, ...] = (
    "DROP INDEX comments_of_root",
    "CREATE INDEX replies_of_root ON comments (site, root_id, created_at, id)",
    "CREATE INDEX comments_pinned ON comments (site, page, depth, created_at, id) WHERE pinned = 1",
)
