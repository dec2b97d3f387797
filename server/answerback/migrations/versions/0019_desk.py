"""What waits for the owner, and what readers report.

A reviewable has the id of its target: a comment, an answer, or an alert. Comments are opened by the code that holds or
reports them; answers and alerts by triggers, whoever changes them, and what leaves the state that it waited in is
closed by triggers too. `auto_hidden` is 1 where reports alone have hidden a comment that still waits for a decision;
`undo` says what the last decision has changed.
"""

_TABLES = (
    """CREATE TABLE reviewables (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), kind TEXT NOT NULL, page TEXT NOT NULL,
        state TEXT NOT NULL, score DOUBLE PRECISION NOT NULL DEFAULT 0, version BIGINT NOT NULL DEFAULT 1,
        reasons TEXT NOT NULL DEFAULT '[]', opened_at BIGINT NOT NULL, decided_by TEXT, decided_at BIGINT,
        auto_hidden SMALLINT NOT NULL DEFAULT 0, undo TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE held_edits (
        comment_id TEXT PRIMARY KEY REFERENCES comments (id), site TEXT NOT NULL, page TEXT NOT NULL,
        visitor_id TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, at BIGINT NOT NULL)""",
    """CREATE TABLE moderation_statements (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, comment_id TEXT NOT NULL REFERENCES comments (id),
        visitor_id TEXT NOT NULL, action TEXT NOT NULL, ground TEXT NOT NULL, note TEXT NOT NULL,
        automated SMALLINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, appeal TEXT NOT NULL DEFAULT '',
        appealed_at BIGINT, appeal_state TEXT NOT NULL DEFAULT '', reply TEXT NOT NULL DEFAULT '',
        replied_at BIGINT)""",
    """CREATE TABLE saved_replies (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), name TEXT NOT NULL, body TEXT NOT NULL,
        updated_at BIGINT NOT NULL)""",
    """CREATE TABLE saved_views (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), name TEXT NOT NULL, query TEXT NOT NULL,
        created_at BIGINT NOT NULL)""",
)
_HISTORY = """CREATE TABLE reviewable_history (
        number {number} PRIMARY KEY, reviewable_id TEXT NOT NULL, site TEXT NOT NULL, at BIGINT NOT NULL,
        actor TEXT NOT NULL, action TEXT NOT NULL, state_before TEXT NOT NULL, state_after TEXT NOT NULL,
        note TEXT NOT NULL)"""
_COLUMNS = (
    "ALTER TABLE threads ADD COLUMN moderation TEXT",
    "ALTER TABLE reports ADD COLUMN kind TEXT NOT NULL DEFAULT 'other'",
    "ALTER TABLE reports ADD COLUMN receipt TEXT",
    "ALTER TABLE reports ADD COLUMN address_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reports ADD COLUMN contact TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reports ADD COLUMN weight DOUBLE PRECISION NOT NULL DEFAULT 1",
    "ALTER TABLE reports ADD COLUMN state TEXT NOT NULL DEFAULT 'open'",
    "ALTER TABLE reports ADD COLUMN decided_at BIGINT",
    "ALTER TABLE reports ADD COLUMN decision TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reports ADD COLUMN appeal TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reports ADD COLUMN appealed_at BIGINT",
    "ALTER TABLE reports ADD COLUMN appeal_state TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reports ADD COLUMN reply TEXT NOT NULL DEFAULT ''",
)
_INDEXES = (
    "CREATE INDEX reviewables_open ON reviewables (site, opened_at, id) WHERE state = 'open'",
    "CREATE INDEX reviewables_open_by_kind ON reviewables (site, kind, opened_at, id) WHERE state = 'open'",
    "CREATE INDEX reviewables_decided ON reviewables (site, decided_at, id) WHERE decided_at IS NOT NULL",
    "CREATE INDEX reviewable_history_of ON reviewable_history (reviewable_id, number)",
    "CREATE INDEX held_edits_of_visitor ON held_edits (visitor_id, site, page)",
    "CREATE INDEX held_edits_of_page ON held_edits (site, page)",
    "CREATE INDEX reviewables_of_page ON reviewables (site, page)",
    "CREATE INDEX statements_of_comment ON moderation_statements (comment_id, created_at)",
    "CREATE INDEX statements_of_visitor ON moderation_statements (visitor_id, created_at)",
    "CREATE INDEX saved_replies_of_site ON saved_replies (site, name)",
    "CREATE INDEX saved_views_of_owner ON saved_views (owner_id, name)",
    "CREATE UNIQUE INDEX reports_by_receipt ON reports (receipt)",
    "CREATE INDEX reports_of_reporter ON reports (visitor_id, state)",
)
# Why an answer needs its owner; NULL where it does not. What the owner has verified or dismissed is seen to.
_NEED = """CASE
        WHEN {0}.state = 'done' AND {0}.draft = 1 AND {0}.verified_by_owner = 0 AND EXISTS (
            SELECT 1 FROM comments d WHERE d.id = {0}.id AND d.state = 'pending') THEN 'draft'
        WHEN {0}.dismissed_at IS NOT NULL OR {0}.verified_by_owner = 1 THEN NULL
        WHEN {0}.state = 'failed' AND {0}.retry_at IS NULL THEN 'failed'
        WHEN {0}.state IN ('done', 'withheld') AND {0}.supported = 0 AND {0}.support_reason <> 'partly'
            THEN 'unanswered'
        WHEN {0}.state = 'withheld' AND {0}.revised_at IS NULL THEN 'withheld' END"""
_OPEN_ANSWER = f"""INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        SELECT NEW.id, NEW.site, {_NEED.format("NEW")}, NEW.page, 'open', COALESCE(NEW.settled_at, NEW.queued_at)
        WHERE {_NEED.format("NEW")} IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, page = excluded.page, state = 'open',
            opened_at = excluded.opened_at, version = reviewables.version + 1, decided_by = NULL, decided_at = NULL
            WHERE reviewables.state <> 'open' OR reviewables.kind <> excluded.kind"""
_CLOSE = "UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND"
_CLOSE_ANSWER = f"{_CLOSE} id = NEW.id AND {_NEED.format('NEW')} IS NULL"
# A question that was refused an answer needs none any more once one is on its way.
_CLOSE_REFUSED = f"""{_CLOSE} id IN (SELECT r.id FROM answers r WHERE r.question_id = NEW.question_id
        AND r.kind = 'refused')"""
_LEFT = """(OLD.state = 'pending' AND NEW.state <> 'pending') OR NEW.state IN ('deleted', 'hidden')"""
_CLOSE_COMMENT = f"""{_CLOSE} id = NEW.id AND (NEW.state <> 'hidden' OR OLD.state = 'pending' OR auto_hidden = 0)
        AND (NEW.author_kind <> 'ai' OR kind = 'draft' OR NEW.state <> 'published')"""
_CLOSE_ANSWERS_OF = f"""{_CLOSE} id IN (SELECT a.id FROM answers a WHERE a.question_id = NEW.id)
        AND NEW.state IN ('deleted', 'hidden')"""
_ALERT = "'budget:' || {0}.site || ':' || {0}.budget || ':' || {0}.day"
_OPEN_ALERT = f"""INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        VALUES ({_ALERT.format("NEW")}, NEW.site, 'alert', '', 'open', NEW.at) ON CONFLICT (id) DO NOTHING"""
_CLOSE_ALERT = f"{_CLOSE} id = {_ALERT.format('OLD')}"
_SEEN_OF_AN_ANSWER = "state, retry_at, dismissed_at, revised_at, verified_by_owner, supported, support_reason, draft"
_ROWS = (
    """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
    SELECT id, site, 'held', page, 'open', created_at FROM comments WHERE state = 'pending' AND author_kind <> 'ai'""",
    """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
    SELECT c.id, c.site, 'reported', c.page, 'open', MAX(r.created_at) FROM reports r
    JOIN comments c ON c.id = r.comment_id WHERE c.state = 'published' GROUP BY c.id, c.site, c.page""",
    f"""INSERT INTO reviewables (id, site, kind, page, state, opened_at)
    SELECT id, site, need, page, 'open', opened_at FROM (
        SELECT a.id, a.site, {_NEED.format("a")} AS need, a.page, COALESCE(a.settled_at, a.queued_at) AS opened_at
        FROM answers a LEFT JOIN comments q ON q.id = a.question_id AND a.kind <> 'chat'
        WHERE a.state IN ('done', 'failed', 'withheld') AND (a.kind = 'chat' OR q.state = 'published')) AS needing
    WHERE need IS NOT NULL ON CONFLICT (id) DO NOTHING""",
    f"""INSERT INTO reviewables (id, site, kind, page, state, opened_at)
    SELECT {_ALERT.format("b")}, b.site, 'alert', '', 'open', b.at FROM budget_alerts b""",
)
SQLITE: tuple[str, ...] = (
    *_TABLES,
    _HISTORY.format(number="INTEGER"),
    *_COLUMNS,
    *_ROWS,
    *_INDEXES,
    f"""CREATE TRIGGER answer_needs_owner AFTER UPDATE OF {_SEEN_OF_AN_ANSWER} ON answers
    WHEN NEW.state IN ('done', 'failed', 'withheld') OR OLD.state IN ('done', 'failed', 'withheld') BEGIN
        {_OPEN_ANSWER};
        {_CLOSE_ANSWER};
    END""",
    f"""CREATE TRIGGER answer_added AFTER INSERT ON answers WHEN NEW.kind = 'thread' BEGIN
        {_CLOSE_REFUSED};
    END""",
    f"""CREATE TRIGGER comment_left AFTER UPDATE OF state ON comments WHEN {_LEFT} BEGIN
        {_CLOSE_COMMENT};
        {_CLOSE_ANSWERS_OF};
    END""",
    f"CREATE TRIGGER alert_added AFTER INSERT ON budget_alerts BEGIN {_OPEN_ALERT}; END",
    f"CREATE TRIGGER alert_over AFTER DELETE ON budget_alerts BEGIN {_CLOSE_ALERT}; END",
)
POSTGRESQL: tuple[str, ...] = (
    *_TABLES,
    _HISTORY.format(number="BIGINT GENERATED BY DEFAULT AS IDENTITY"),
    *_COLUMNS,
    *_ROWS,
    *_INDEXES,
    f"""CREATE FUNCTION review_answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_OPEN_ANSWER};
        {_CLOSE_ANSWER};
        RETURN NULL;
    END $$""",
    f"""CREATE FUNCTION review_refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_CLOSE_REFUSED};
        RETURN NULL;
    END $$""",
    f"""CREATE FUNCTION review_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_CLOSE_COMMENT};
        {_CLOSE_ANSWERS_OF};
        RETURN NULL;
    END $$""",
    f"""CREATE FUNCTION review_alert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            {_OPEN_ALERT};
        ELSE
            {_CLOSE_ALERT};
        END IF;
        RETURN NULL;
    END $$""",
    f"""CREATE TRIGGER answer_needs_owner AFTER UPDATE OF {_SEEN_OF_AN_ANSWER} ON answers FOR EACH ROW
        WHEN (NEW.state IN ('done', 'failed', 'withheld') OR OLD.state IN ('done', 'failed', 'withheld'))
        EXECUTE FUNCTION review_answer()""",
    """CREATE TRIGGER answer_added AFTER INSERT ON answers FOR EACH ROW WHEN (NEW.kind = 'thread')
        EXECUTE FUNCTION review_refused()""",
    f"""CREATE TRIGGER comment_left AFTER UPDATE OF state ON comments FOR EACH ROW
        WHEN ({_LEFT}) EXECUTE FUNCTION review_comment()""",
    "CREATE TRIGGER alert_added AFTER INSERT ON budget_alerts FOR EACH ROW EXECUTE FUNCTION review_alert()",
    "CREATE TRIGGER alert_over AFTER DELETE ON budget_alerts FOR EACH ROW EXECUTE FUNCTION review_alert()",
)
