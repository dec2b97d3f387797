CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE sites (
        key TEXT PRIMARY KEY, settings TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE owners (
        id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT, all_sites SMALLINT NOT NULL,
        created_at BIGINT NOT NULL);
CREATE TABLE owner_sites (
        owner_id TEXT NOT NULL REFERENCES owners (id), site TEXT NOT NULL REFERENCES sites (key),
        PRIMARY KEY (owner_id, site));
CREATE TABLE owner_links (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), expires_at BIGINT NOT NULL,
        used_at BIGINT);
CREATE TABLE owner_sessions (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL);
CREATE TABLE visitors (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), kind TEXT NOT NULL, name TEXT NOT NULL,
        email TEXT, password_hash TEXT, avatar_url TEXT, daily_answers TEXT, blocked SMALLINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL, UNIQUE (site, email));
CREATE TABLE sessions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL REFERENCES visitors (id),
        origin TEXT NOT NULL, cookie_hash TEXT UNIQUE, bearer_hash TEXT UNIQUE, created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, revoked_at BIGINT);
CREATE TABLE login_failures (bucket TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL);
CREATE TABLE threads (
        site TEXT NOT NULL REFERENCES sites (key), page TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL,
        locked SMALLINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, PRIMARY KEY (site, page));
CREATE TABLE comments (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, page TEXT NOT NULL, parent_id TEXT, root_id TEXT NOT NULL,
        depth BIGINT NOT NULL, visitor_id TEXT, author_kind TEXT NOT NULL, author_name TEXT NOT NULL,
        avatar_url TEXT, body TEXT NOT NULL, html TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL,
        edited_at BIGINT, up BIGINT NOT NULL DEFAULT 0, down BIGINT NOT NULL DEFAULT 0,
        score DOUBLE PRECISION NOT NULL DEFAULT 0, idempotency_key TEXT, address_key TEXT,
        FOREIGN KEY (site, page) REFERENCES threads (site, page), UNIQUE (visitor_id, idempotency_key));
CREATE INDEX comments_of_page ON comments (site, page, depth, created_at, id);
CREATE INDEX comments_of_root ON comments (root_id);
CREATE INDEX comments_of_parent ON comments (parent_id);
CREATE INDEX comments_of_site ON comments (site, created_at, id);
CREATE INDEX comments_of_visitor ON comments (visitor_id, created_at);
CREATE INDEX comments_of_address ON comments (site, address_key, created_at);
CREATE TABLE votes (
        comment_id TEXT NOT NULL REFERENCES comments (id), visitor_id TEXT NOT NULL, value BIGINT NOT NULL,
        PRIMARY KEY (comment_id, visitor_id));
CREATE INDEX votes_of_visitor ON votes (visitor_id, comment_id);
CREATE TABLE reports (
        comment_id TEXT NOT NULL REFERENCES comments (id), visitor_id TEXT NOT NULL, reason TEXT NOT NULL,
        created_at BIGINT NOT NULL, PRIMARY KEY (comment_id, visitor_id));
CREATE TABLE questions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), page TEXT NOT NULL,
        visitor_id TEXT NOT NULL REFERENCES visitors (id), body TEXT NOT NULL, html TEXT NOT NULL,
        idempotency_key TEXT NOT NULL, created_at BIGINT NOT NULL, UNIQUE (visitor_id, idempotency_key));
CREATE INDEX questions_of_visitor ON questions (visitor_id, page, created_at);
CREATE TABLE answers (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, site TEXT NOT NULL REFERENCES sites (key), page TEXT NOT NULL,
        url TEXT NOT NULL, title TEXT NOT NULL, question_id TEXT NOT NULL, visitor_id TEXT NOT NULL,
        address_key TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL DEFAULT '', html TEXT NOT NULL DEFAULT '',
        sources TEXT NOT NULL DEFAULT '[]', provider TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',
        prompt_version TEXT NOT NULL DEFAULT '', tokens_in BIGINT NOT NULL DEFAULT 0,
        tokens_out BIGINT NOT NULL DEFAULT 0, cost_microusd BIGINT, error TEXT, attempts BIGINT NOT NULL DEFAULT 0,
        queued_at BIGINT NOT NULL, due_at BIGINT NOT NULL, retry_at BIGINT, worker TEXT, lease_until BIGINT,
        first_token_at BIGINT, settled_at BIGINT, stop_requested SMALLINT NOT NULL DEFAULT 0,
        verified_by_owner SMALLINT NOT NULL DEFAULT 0);
CREATE INDEX answers_due ON answers (state, due_at);
CREATE INDEX answers_of_question ON answers (question_id);
CREATE INDEX answers_of_page ON answers (site, page);
CREATE TABLE quota_usage (
        bucket TEXT NOT NULL, day TEXT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (bucket, day));
CREATE TABLE quota_holds (
        answer_id TEXT NOT NULL, bucket TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (answer_id, bucket));
CREATE TABLE feedback (
        answer_id TEXT NOT NULL REFERENCES answers (id), visitor_id TEXT NOT NULL, helpful SMALLINT NOT NULL,
        reason TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (answer_id, visitor_id));
CREATE TABLE page_texts (
        site TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, lang TEXT NOT NULL, blocks TEXT NOT NULL,
        hash TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, status TEXT NOT NULL,
        fetched_at BIGINT NOT NULL, PRIMARY KEY (site, url));
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO answers VALUES ('c2', 'comment', 'demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 'c1', 'v1', 'k', 'done', 'At 7:30.', '<p>At 7:30.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 4000, 4000, NULL, NULL, NULL, NULL, 5000, 0, 0);
INSERT INTO comments VALUES ('c1', 'demo', '/rye.html', NULL, 'c1', 0, 'v1', 'guest', 'Mina', NULL, 'When do you open?', '<p>When do you open?</p>', 'published', 4000, NULL, 1, 0, 0.5, NULL, NULL);
INSERT INTO comments VALUES ('c2', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, 'At 7:30.', '<p>At 7:30.</p>', 'published', 5000, NULL, 0, 0, 0.0, NULL, NULL);
INSERT INTO feedback VALUES ('c2', 'v2', 1, '', 6000);
INSERT INTO owner_sites VALUES ('o1', 'demo');
INSERT INTO owners VALUES ('o1', 'anna@bakery.example', NULL, 1, 1000);
INSERT INTO quota_holds VALUES ('c9', 'v1', '2026-11-23');
INSERT INTO quota_usage VALUES ('v1', '2026-11-23', 1);
INSERT INTO sites VALUES ('demo', '{"origins":"https://bakery.example","name":"Bakery"}', 1000, 1000);
INSERT INTO threads VALUES ('demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 0, 3000);
INSERT INTO visitors VALUES ('v1', 'demo', 'guest', 'Mina', NULL, NULL, NULL, NULL, 0, 2000);
INSERT INTO visitors VALUES ('v2', 'demo', 'user', '김민수', 'minsu@example.com', 'x', NULL, NULL, 0, 2000);
INSERT INTO votes VALUES ('c1', 'v2', 1);
