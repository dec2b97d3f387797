"""Answers that can be trusted."""

CORRECTIONS = (
    "ALTER TABLE comments ADD COLUMN pinned SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE answers ADD COLUMN outdated SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE answers ADD COLUMN revised_at BIGINT",
    """CREATE TABLE answer_revisions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, comment_id TEXT NOT NULL REFERENCES comments (id),
        author TEXT NOT NULL, action TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, note TEXT NOT NULL,
        created_at BIGINT NOT NULL)""",
    "CREATE INDEX answer_revisions_of_comment ON answer_revisions (comment_id, created_at)",
    """CREATE TABLE asked (
        answer_id TEXT PRIMARY KEY REFERENCES comments (id), site TEXT NOT NULL, question_id TEXT NOT NULL,
        terms TEXT NOT NULL, updated_at BIGINT NOT NULL)""",
    "CREATE INDEX asked_of_site ON asked (site)",
    """CREATE TABLE asked_terms (
        site TEXT NOT NULL, term TEXT NOT NULL, answer_id TEXT NOT NULL, PRIMARY KEY (site, term, answer_id))""",
    "CREATE INDEX asked_terms_of_answer ON asked_terms (answer_id)",
)
UPKEEP = (
    "ALTER TABLE quota_holds ADD COLUMN amount BIGINT NOT NULL DEFAULT 1",
    """CREATE TABLE budget_alerts (
        site TEXT NOT NULL, day TEXT NOT NULL, budget TEXT NOT NULL, used BIGINT NOT NULL, most BIGINT NOT NULL,
        at BIGINT NOT NULL, PRIMARY KEY (site, day, budget))""",
    "CREATE TABLE switches (name TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at BIGINT NOT NULL)",
    "ALTER TABLE threads ADD COLUMN ai TEXT",
    "ALTER TABLE answers ADD COLUMN on_request SMALLINT NOT NULL DEFAULT 1",
    "ALTER TABLE answers ADD COLUMN supported SMALLINT",
    "ALTER TABLE answers ADD COLUMN passages TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE answers ADD COLUMN verdicts TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE answers ADD COLUMN started_at BIGINT",
    "CREATE INDEX answers_unsupported ON answers (site, supported, settled_at)",
    "ALTER TABLE answers ADD COLUMN turn_at BIGINT",
    "CREATE INDEX answers_turns ON answers (site, turn_at)",
    "CREATE INDEX answers_turns_of_visitor ON answers (visitor_id, turn_at)",
    "ALTER TABLE answers ADD COLUMN draft SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE answers ADD COLUMN dismissed_at BIGINT",
    "CREATE INDEX answers_dismissed ON answers (site, dismissed_at)",
    "ALTER TABLE comments ADD COLUMN ask SMALLINT",
    "ALTER TABLE answers ADD COLUMN renew_at BIGINT",
    "CREATE INDEX answers_to_renew ON answers (renew_at) WHERE renew_at IS NOT NULL",
)
SIGNING_IN = (
    "ALTER TABLE sign_ins ADD COLUMN ended_at BIGINT",
    "CREATE INDEX reports_of_visitor ON reports (visitor_id)",
    "CREATE INDEX feedback_of_visitor ON feedback (visitor_id)",
)
STATEMENTS: tuple[str, ...] = (*CORRECTIONS, *UPKEEP, *SIGNING_IN)
