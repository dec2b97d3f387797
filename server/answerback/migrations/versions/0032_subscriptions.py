"""What visitors want to hear of, by which address, and what they have been told.

Triggers note each comment that readers see for the first time, and each answer that comes or changes, whoever writes
it; only on sites where somebody wants to hear of it. `fresh` is 0 for a comment that came as published: an import
brings old ones. That a subscriber has one delivery of a `key` at most is why nothing is told twice. What a mailbox
refuses for good is kept as a keyed hash.
"""

_TABLES = (
    """CREATE TABLE subscribers (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), channel TEXT NOT NULL, address TEXT NOT NULL,
        keys TEXT NOT NULL DEFAULT '', lang TEXT NOT NULL, created_at BIGINT NOT NULL,
        told_at BIGINT NOT NULL DEFAULT 0, UNIQUE (site, channel, address))""",
    """CREATE TABLE subscriptions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL,
        subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE, visitor_id TEXT NOT NULL,
        kind TEXT NOT NULL, page TEXT NOT NULL, created_at BIGINT NOT NULL, confirmed_at BIGINT, expires_at BIGINT,
        UNIQUE (subscriber_id, visitor_id, kind, page))""",
    """CREATE TABLE subscription_news (
        comment_id TEXT PRIMARY KEY, site TEXT NOT NULL, fresh SMALLINT NOT NULL)""",
    """CREATE TABLE subscription_deliveries (
        id TEXT PRIMARY KEY, subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
        site TEXT NOT NULL, page TEXT NOT NULL, comment_id TEXT NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL,
        at BIGINT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', UNIQUE (subscriber_id, key))""",
    """CREATE TABLE stopped_addresses (
        hash TEXT PRIMARY KEY, reason TEXT NOT NULL, at BIGINT NOT NULL, expires_at BIGINT NOT NULL)""",
    "CREATE INDEX subscriptions_of_page ON subscriptions (site, kind, page, subscriber_id)",
    "CREATE INDEX subscriptions_of_visitor ON subscriptions (visitor_id, kind)",
    """CREATE INDEX subscription_deliveries_waiting ON subscription_deliveries (subscriber_id, page, at)
        WHERE state = 'waiting'""",
)
_NOTE = """INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, {fresh}
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO {conflict}"""
_ADDED = _NOTE.format(fresh=0, conflict="NOTHING")
_CHANGED = _NOTE.format(fresh=1, conflict="UPDATE SET fresh = 1")
_COMES = "NEW.state = 'published' AND NEW.author_kind <> 'ai'"
_APPEARS = "NEW.state = 'published' AND OLD.state <> 'published'"
_ANSWERS = """NEW.kind = 'thread' AND NEW.state = 'done' AND (OLD.state <> 'done'
        OR (NEW.revised_at IS NOT NULL AND NEW.revised_at <> COALESCE(OLD.revised_at, 0)))"""

SQLITE: tuple[str, ...] = (
    *_TABLES,
    f"CREATE TRIGGER news_comment_added AFTER INSERT ON comments WHEN {_COMES} BEGIN {_ADDED}; END",
    f"CREATE TRIGGER news_comment_shown AFTER UPDATE OF state ON comments WHEN {_APPEARS} BEGIN {_CHANGED}; END",
    f"CREATE TRIGGER news_answer AFTER UPDATE OF state, revised_at ON answers WHEN {_ANSWERS} BEGIN {_CHANGED}; END",
)
POSTGRESQL: tuple[str, ...] = (
    *_TABLES,
    f"""CREATE FUNCTION note_added_news() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_ADDED};
        RETURN NULL;
    END $$""",
    f"""CREATE FUNCTION note_changed_news() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_CHANGED};
        RETURN NULL;
    END $$""",
    f"""CREATE TRIGGER news_comment_added AFTER INSERT ON comments FOR EACH ROW WHEN ({_COMES})
        EXECUTE FUNCTION note_added_news()""",
    f"""CREATE TRIGGER news_comment_shown AFTER UPDATE OF state ON comments FOR EACH ROW WHEN ({_APPEARS})
        EXECUTE FUNCTION note_changed_news()""",
    f"""CREATE TRIGGER news_answer AFTER UPDATE OF state, revised_at ON answers FOR EACH ROW WHEN ({_ANSWERS})
        EXECUTE FUNCTION note_changed_news()""",
)
