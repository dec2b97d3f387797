SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.answers (
    id text NOT NULL,
    kind text NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    question_id text NOT NULL,
    visitor_id text NOT NULL,
    address_key text NOT NULL,
    state text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    html text DEFAULT ''::text NOT NULL,
    sources text DEFAULT '[]'::text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    model text DEFAULT ''::text NOT NULL,
    prompt_version text DEFAULT ''::text NOT NULL,
    tokens_in bigint DEFAULT 0 NOT NULL,
    tokens_out bigint DEFAULT 0 NOT NULL,
    cost_microusd bigint,
    error text,
    attempts bigint DEFAULT 0 NOT NULL,
    queued_at bigint NOT NULL,
    due_at bigint NOT NULL,
    retry_at bigint,
    worker text,
    lease_until bigint,
    first_token_at bigint,
    settled_at bigint,
    stop_requested smallint DEFAULT 0 NOT NULL,
    verified_by_owner smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.comments (
    id text NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    parent_id text,
    root_id text NOT NULL,
    depth bigint NOT NULL,
    visitor_id text,
    author_kind text NOT NULL,
    author_name text NOT NULL,
    avatar_url text,
    body text NOT NULL,
    html text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    edited_at bigint,
    up bigint DEFAULT 0 NOT NULL,
    down bigint DEFAULT 0 NOT NULL,
    score double precision DEFAULT 0 NOT NULL,
    idempotency_key text,
    address_key text
);
CREATE TABLE public.feedback (
    answer_id text NOT NULL,
    visitor_id text NOT NULL,
    helpful smallint NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.login_failures (
    bucket text NOT NULL,
    failures bigint NOT NULL,
    last_at bigint NOT NULL
);
CREATE TABLE public.owner_links (
    hash text NOT NULL,
    owner_id text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.owner_sessions (
    hash text NOT NULL,
    owner_id text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.owner_sites (
    owner_id text NOT NULL,
    site text NOT NULL
);
CREATE TABLE public.owners (
    id text NOT NULL,
    email text NOT NULL,
    password_hash text,
    all_sites smallint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.page_texts (
    site text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    lang text NOT NULL,
    blocks text NOT NULL,
    hash text NOT NULL,
    etag text NOT NULL,
    last_modified text NOT NULL,
    status text NOT NULL,
    fetched_at bigint NOT NULL
);
CREATE TABLE public.questions (
    id text NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    visitor_id text NOT NULL,
    body text NOT NULL,
    html text NOT NULL,
    idempotency_key text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.quota_holds (
    answer_id text NOT NULL,
    bucket text NOT NULL,
    day text NOT NULL
);
CREATE TABLE public.quota_usage (
    bucket text NOT NULL,
    day text NOT NULL,
    used bigint NOT NULL
);
CREATE TABLE public.reports (
    comment_id text NOT NULL,
    visitor_id text NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    id text NOT NULL,
    site text NOT NULL,
    visitor_id text NOT NULL,
    origin text NOT NULL,
    cookie_hash text,
    bearer_hash text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);
CREATE TABLE public.sites (
    key text NOT NULL,
    settings text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.threads (
    site text NOT NULL,
    page text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    locked smallint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.visitors (
    id text NOT NULL,
    site text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    email text,
    password_hash text,
    avatar_url text,
    daily_answers text,
    blocked smallint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.votes (
    comment_id text NOT NULL,
    visitor_id text NOT NULL,
    value bigint NOT NULL
);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.answers VALUES ('c2', 'comment', 'demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 'c1', 'v1', 'k', 'done', 'At 7:30.', '<p>At 7:30.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 4000, 4000, NULL, NULL, NULL, NULL, 5000, 0, 0);
INSERT INTO public.comments VALUES ('c1', 'demo', '/rye.html', NULL, 'c1', 0, 'v1', 'guest', 'Mina', NULL, 'When do you open?', '<p>When do you open?</p>', 'published', 4000, NULL, 1, 0, 0.5, NULL, NULL);
INSERT INTO public.comments VALUES ('c2', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, 'At 7:30.', '<p>At 7:30.</p>', 'published', 5000, NULL, 0, 0, 0, NULL, NULL);
INSERT INTO public.feedback VALUES ('c2', 'v2', 1, '', 6000);
INSERT INTO public.owner_sites VALUES ('o1', 'demo');
INSERT INTO public.owners VALUES ('o1', 'anna@bakery.example', NULL, 1, 1000);
INSERT INTO public.quota_holds VALUES ('c9', 'v1', '2026-11-23');
INSERT INTO public.quota_usage VALUES ('v1', '2026-11-23', 1);
INSERT INTO public.sites VALUES ('demo', '{"origins":"https://bakery.example","name":"Bakery"}', 1000, 1000);
INSERT INTO public.threads VALUES ('demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 0, 3000);
INSERT INTO public.visitors VALUES ('v1', 'demo', 'guest', 'Mina', NULL, NULL, NULL, NULL, 0, 2000);
INSERT INTO public.visitors VALUES ('v2', 'demo', 'user', '김민수', 'minsu@example.com', 'x', NULL, NULL, 0, 2000);
INSERT INTO public.votes VALUES ('c1', 'v2', 1);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_visitor_id_idempotency_key_key UNIQUE (visitor_id, idempotency_key);
ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_pkey PRIMARY KEY (answer_id, visitor_id);
ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT login_failures_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.owner_links
    ADD CONSTRAINT owner_links_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.owner_sessions
    ADD CONSTRAINT owner_sessions_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_pkey PRIMARY KEY (owner_id, site);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_email_key UNIQUE (email);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.page_texts
    ADD CONSTRAINT page_texts_pkey PRIMARY KEY (site, url);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_visitor_id_idempotency_key_key UNIQUE (visitor_id, idempotency_key);
ALTER TABLE ONLY public.quota_holds
    ADD CONSTRAINT quota_holds_pkey PRIMARY KEY (answer_id, bucket);
ALTER TABLE ONLY public.quota_usage
    ADD CONSTRAINT quota_usage_pkey PRIMARY KEY (bucket, day);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (comment_id, visitor_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_bearer_hash_key UNIQUE (bearer_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_cookie_hash_key UNIQUE (cookie_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_pkey PRIMARY KEY (site, page);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_site_email_key UNIQUE (site, email);
ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_pkey PRIMARY KEY (comment_id, visitor_id);
CREATE INDEX answers_due ON public.answers USING btree (state, due_at);
CREATE INDEX answers_of_page ON public.answers USING btree (site, page);
CREATE INDEX answers_of_question ON public.answers USING btree (question_id);
CREATE INDEX comments_of_address ON public.comments USING btree (site, address_key, created_at);
CREATE INDEX comments_of_page ON public.comments USING btree (site, page, depth, created_at, id);
CREATE INDEX comments_of_parent ON public.comments USING btree (parent_id);
CREATE INDEX comments_of_root ON public.comments USING btree (root_id);
CREATE INDEX comments_of_site ON public.comments USING btree (site, created_at, id);
CREATE INDEX comments_of_visitor ON public.comments USING btree (visitor_id, created_at);
CREATE INDEX questions_of_visitor ON public.questions USING btree (visitor_id, page, created_at);
CREATE INDEX votes_of_visitor ON public.votes USING btree (visitor_id, comment_id);
ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_site_page_fkey FOREIGN KEY (site, page) REFERENCES public.threads(site, page);
ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.answers(id);
ALTER TABLE ONLY public.owner_links
    ADD CONSTRAINT owner_links_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sessions
    ADD CONSTRAINT owner_sessions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
