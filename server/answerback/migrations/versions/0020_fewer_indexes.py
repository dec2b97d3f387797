"""A comment is in fewer indexes: each costs every comment its share, in the log that is written for it as well.

Whether a comment is published stands at the end of an index, and is seen there without reading the comment. Those that
wait for the owner, and replies, have indexes of their own.
"""

_INDEXES = (
    "DROP INDEX comments_of_page",
    "DROP INDEX published_of_page",
    "CREATE INDEX comments_of_page ON comments (site, page, created_at, id, state)",
    "DROP INDEX comments_of_site",
    "DROP INDEX published_of_site",
    "CREATE INDEX comments_of_site ON comments (site, created_at, id, state)",
    "DROP INDEX comments_of_visitor",
    "DROP INDEX comments_of_visitor_by_state",
    "CREATE INDEX comments_of_visitor ON comments (visitor_id, created_at, state)",
    "CREATE INDEX comments_waiting ON comments (visitor_id, page, created_at, id) WHERE state = 'pending'",
    "DROP INDEX comments_of_parent",
    "CREATE INDEX comments_of_parent ON comments (parent_id) WHERE parent_id IS NOT NULL",
)

SQLITE: tuple[str, ...] = (
    *_INDEXES,
    "DROP TRIGGER comment_added",
    """CREATE TRIGGER comment_added AFTER INSERT ON comments BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, NEW.state = 'published');
    END""",
    """CREATE TRIGGER reply_added AFTER INSERT ON comments WHEN NEW.depth > 0 BEGIN
        UPDATE comments SET shown = 1
            WHERE id = NEW.root_id AND shown = 0 AND NEW.state = 'published' AND state <> 'pending';
    END""",
)
POSTGRESQL: tuple[str, ...] = _INDEXES
