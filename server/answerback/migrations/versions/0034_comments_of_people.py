"""A thread's count is that of people's comments: the AI's answers are not among them."""

_NOTE = "INSERT INTO thread_changes (site, page, published) VALUES"
_NEW, _OLD = (f"{row}.state = 'published' AND {row}.author_kind <> 'ai'" for row in ("NEW", "OLD"))
_SHOWN_OF_A_COMMENT = """author_name, avatar_url, body, html, state, edited_at, up, down, pinned, visitor_id,
        author_kind"""
_ROOT_GETS_A_PLACE = """UPDATE comments SET shown = 1
        WHERE id = NEW.root_id AND shown = 0 AND NEW.state = 'published' AND state <> 'pending'"""
_ROOT_CHANGES = """UPDATE comments SET shown = CASE WHEN state = 'published' THEN 1 WHEN state = 'pending' THEN 0
        WHEN EXISTS (SELECT 1 FROM comments r WHERE r.site = comments.site AND r.root_id = comments.id
            AND r.depth > 0 AND r.state = 'published') THEN 1 ELSE 0 END
        WHERE id = NEW.root_id AND depth = 0 AND NEW.state <> OLD.state"""
_COUNTS = (
    """UPDATE threads SET comments = (SELECT COUNT(*) FROM comments c WHERE c.site = threads.site
        AND c.page = threads.page AND c.state = 'published' AND c.author_kind <> 'ai')""",
    "UPDATE thread_changes SET published = 0",
)

SQLITE: tuple[str, ...] = (
    "DROP TRIGGER comment_added",
    "DROP TRIGGER comment_changed",
    "DROP TRIGGER comment_removed",
    *_COUNTS,
    f"""CREATE TRIGGER comment_added AFTER INSERT ON comments BEGIN
        {_NOTE} (NEW.site, NEW.page, {_NEW});
    END""",
    f"""CREATE TRIGGER comment_changed AFTER UPDATE OF {_SHOWN_OF_A_COMMENT} ON comments BEGIN
        {_NOTE} (NEW.site, NEW.page, ({_NEW}) - ({_OLD}));
        {_ROOT_CHANGES};
    END""",
    f"""CREATE TRIGGER comment_removed AFTER DELETE ON comments BEGIN
        {_NOTE} (OLD.site, OLD.page, -({_OLD}));
    END""",
)
POSTGRESQL: tuple[str, ...] = (
    *_COUNTS,
    f"""CREATE OR REPLACE FUNCTION note_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            {_NOTE} (NEW.site, NEW.page, CASE WHEN {_NEW} THEN 1 ELSE 0 END);
            {_ROOT_GETS_A_PLACE};
        ELSIF TG_OP = 'UPDATE' THEN
            {_NOTE} (NEW.site, NEW.page, CASE WHEN {_NEW} THEN 1 ELSE 0 END - CASE WHEN {_OLD} THEN 1 ELSE 0 END);
            IF NEW.state <> OLD.state THEN
                {_ROOT_CHANGES};
            END IF;
        ELSE
            {_NOTE} (OLD.site, OLD.page, CASE WHEN {_OLD} THEN -1 ELSE 0 END);
        END IF;
        RETURN NULL;
    END $$""",
)
