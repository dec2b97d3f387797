SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.keep_audit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION 'the audit trail is not changed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.at >= COALESCE((SELECT CAST(value AS BIGINT) FROM flags WHERE name = 'audit_before'), 0) THEN
            RAISE EXCEPTION 'the audit trail is kept' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.log_answer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO log_changes (entry, entry_id) VALUES (CASE WHEN NEW.kind = 'chat' THEN 'answer' ELSE 'comment' END, NEW.id);
        RETURN NULL;
    END $$;
CREATE FUNCTION public.log_comment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO log_changes (entry, entry_id) VALUES ('comment', NEW.id);
        RETURN NULL;
    END $$;
CREATE FUNCTION public.log_question() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO log_changes (entry, entry_id) VALUES ('question', COALESCE(NEW.id, OLD.id));
        RETURN NULL;
    END $$;
CREATE FUNCTION public.note_added_news() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, 0
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO NOTHING;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.note_changed_news() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, 1
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO UPDATE SET fresh = 1;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.note_comment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, CASE WHEN NEW.state = 'published' AND NEW.author_kind <> 'ai' THEN 1 ELSE 0 END);
            UPDATE comments SET shown = 1
        WHERE id = NEW.root_id AND shown = 0 AND NEW.state = 'published' AND state <> 'pending';
        ELSIF TG_OP = 'UPDATE' THEN
            INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, CASE WHEN NEW.state = 'published' AND NEW.author_kind <> 'ai' THEN 1 ELSE 0 END - CASE WHEN OLD.state = 'published' AND OLD.author_kind <> 'ai' THEN 1 ELSE 0 END);
            IF NEW.state <> OLD.state THEN
                UPDATE comments SET shown = CASE WHEN state = 'published' THEN 1 WHEN state = 'pending' THEN 0
        WHEN EXISTS (SELECT 1 FROM comments r WHERE r.site = comments.site AND r.root_id = comments.id
            AND r.depth > 0 AND r.state = 'published') THEN 1 ELSE 0 END
        WHERE id = NEW.root_id AND depth = 0 AND NEW.state <> OLD.state;
            END IF;
        ELSE
            INSERT INTO thread_changes (site, page, published) VALUES (OLD.site, OLD.page, CASE WHEN OLD.state = 'published' AND OLD.author_kind <> 'ai' THEN -1 ELSE 0 END);
        END IF;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.note_thread() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, 0);
        RETURN NULL;
    END $$;
CREATE FUNCTION public.review_alert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        VALUES ('budget:' || NEW.site || ':' || NEW.budget || ':' || NEW.day, NEW.site, 'alert', '', 'open', NEW.at) ON CONFLICT (id) DO NOTHING;
        ELSE
            UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id = 'budget:' || OLD.site || ':' || OLD.budget || ':' || OLD.day;
        END IF;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.review_answer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        SELECT NEW.id, NEW.site, CASE
        WHEN NEW.state = 'done' AND NEW.draft = 1 AND NEW.verified_by_owner = 0 AND EXISTS (
            SELECT 1 FROM comments d WHERE d.id = NEW.id AND d.state = 'pending') THEN 'draft'
        WHEN NEW.dismissed_at IS NOT NULL OR NEW.verified_by_owner = 1 THEN NULL
        WHEN NEW.state = 'failed' AND NEW.retry_at IS NULL THEN 'failed'
        WHEN NEW.state IN ('done', 'withheld') AND NEW.supported = 0 AND NEW.support_reason <> 'partly'
            THEN 'unanswered'
        WHEN NEW.state = 'withheld' AND NEW.revised_at IS NULL THEN 'withheld' END, NEW.page, 'open', COALESCE(NEW.settled_at, NEW.queued_at)
        WHERE CASE
        WHEN NEW.state = 'done' AND NEW.draft = 1 AND NEW.verified_by_owner = 0 AND EXISTS (
            SELECT 1 FROM comments d WHERE d.id = NEW.id AND d.state = 'pending') THEN 'draft'
        WHEN NEW.dismissed_at IS NOT NULL OR NEW.verified_by_owner = 1 THEN NULL
        WHEN NEW.state = 'failed' AND NEW.retry_at IS NULL THEN 'failed'
        WHEN NEW.state IN ('done', 'withheld') AND NEW.supported = 0 AND NEW.support_reason <> 'partly'
            THEN 'unanswered'
        WHEN NEW.state = 'withheld' AND NEW.revised_at IS NULL THEN 'withheld' END IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, page = excluded.page, state = 'open',
            opened_at = excluded.opened_at, version = reviewables.version + 1, decided_by = NULL, decided_at = NULL
            WHERE reviewables.state <> 'open' OR reviewables.kind <> excluded.kind;
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id = NEW.id AND CASE
        WHEN NEW.state = 'done' AND NEW.draft = 1 AND NEW.verified_by_owner = 0 AND EXISTS (
            SELECT 1 FROM comments d WHERE d.id = NEW.id AND d.state = 'pending') THEN 'draft'
        WHEN NEW.dismissed_at IS NOT NULL OR NEW.verified_by_owner = 1 THEN NULL
        WHEN NEW.state = 'failed' AND NEW.retry_at IS NULL THEN 'failed'
        WHEN NEW.state IN ('done', 'withheld') AND NEW.supported = 0 AND NEW.support_reason <> 'partly'
            THEN 'unanswered'
        WHEN NEW.state = 'withheld' AND NEW.revised_at IS NULL THEN 'withheld' END IS NULL;
        RETURN NULL;
    END $$;
CREATE FUNCTION public.review_comment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id = NEW.id AND (NEW.state <> 'hidden' OR OLD.state = 'pending' OR auto_hidden = 0)
        AND (NEW.author_kind <> 'ai' OR kind = 'draft' OR NEW.state <> 'published');
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id IN (SELECT a.id FROM answers a WHERE a.question_id = NEW.id)
        AND NEW.state IN ('deleted', 'hidden');
        RETURN NULL;
    END $$;
CREATE FUNCTION public.review_refused() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id IN (SELECT r.id FROM answers r WHERE r.question_id = NEW.question_id
        AND r.kind = 'refused');
        RETURN NULL;
    END $$;
CREATE TABLE public.account_sessions (
    hash text NOT NULL,
    site text NOT NULL,
    visitor_id text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.address_bans (
    id text NOT NULL,
    site text NOT NULL,
    prefix text NOT NULL,
    shadow smallint DEFAULT 0 NOT NULL,
    until bigint,
    reason text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.answer_revisions (
    id text NOT NULL,
    site text NOT NULL,
    comment_id text NOT NULL,
    author text NOT NULL,
    action text NOT NULL,
    body text NOT NULL,
    html text NOT NULL,
    note text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.answered_question_terms (
    site text NOT NULL,
    term text NOT NULL,
    answer_id text NOT NULL
);
CREATE TABLE public.answered_questions (
    answer_id text NOT NULL,
    site text NOT NULL,
    question_id text NOT NULL,
    terms text NOT NULL,
    updated_at bigint NOT NULL
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
    verified_by_owner smallint DEFAULT 0 NOT NULL,
    outdated smallint DEFAULT 0 NOT NULL,
    revised_at bigint,
    on_request smallint DEFAULT 1 NOT NULL,
    supported smallint,
    passages text DEFAULT '[]'::text NOT NULL,
    verdicts text DEFAULT '{}'::text NOT NULL,
    started_at bigint,
    turn_at bigint,
    draft smallint DEFAULT 0 NOT NULL,
    dismissed_at bigint,
    renew_at bigint,
    lost_leases bigint DEFAULT 0 NOT NULL,
    hint text DEFAULT ''::text NOT NULL,
    support_reason text DEFAULT ''::text NOT NULL,
    certainty double precision,
    closed_by text DEFAULT ''::text NOT NULL,
    via text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.audit (
    number bigint NOT NULL,
    site text NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    reason text NOT NULL
);
ALTER TABLE public.audit ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.avatars (
    id text NOT NULL,
    site text NOT NULL,
    visitor_id text NOT NULL,
    media_type text NOT NULL,
    data text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.blocked_identities (
    site text NOT NULL,
    hash text NOT NULL,
    blocked_at bigint NOT NULL
);
CREATE TABLE public.budget_alerts (
    site text NOT NULL,
    day text NOT NULL,
    budget text NOT NULL,
    used bigint NOT NULL,
    most bigint NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.comment_changes (
    comment_id text NOT NULL,
    what text NOT NULL,
    site text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL
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
    address_key text,
    pinned smallint DEFAULT 0 NOT NULL,
    ask smallint,
    shown smallint DEFAULT 0 NOT NULL,
    featured smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.events (
    id bigint NOT NULL,
    "position" bigint,
    channel text NOT NULL,
    subject text NOT NULL,
    event text NOT NULL,
    data text NOT NULL,
    afresh smallint NOT NULL,
    at bigint NOT NULL
);
ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.feedback (
    answer_id text NOT NULL,
    visitor_id text NOT NULL,
    helpful smallint NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.flags (
    name text NOT NULL,
    value text NOT NULL,
    changed_at bigint NOT NULL
);
CREATE TABLE public.held_edits (
    comment_id text NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    visitor_id text NOT NULL,
    body text NOT NULL,
    html text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.identities (
    id text NOT NULL,
    site text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    visitor_id text NOT NULL,
    email text,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL
);
CREATE TABLE public.jobs (
    id text NOT NULL,
    kind text NOT NULL,
    key text,
    site text NOT NULL,
    data text NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint,
    again_at bigint,
    tries bigint DEFAULT 0 NOT NULL,
    worker text,
    error text DEFAULT ''::text NOT NULL,
    failed_at bigint
);
CREATE TABLE public.leases (
    name text NOT NULL,
    holder text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE public.log_changes (
    id bigint NOT NULL,
    entry text NOT NULL,
    entry_id text NOT NULL
);
ALTER TABLE public.log_changes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.log_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.log_texts (
    place bigint NOT NULL,
    entry text NOT NULL,
    entry_id text NOT NULL,
    site text NOT NULL,
    terms tsvector NOT NULL
);
CREATE TABLE public.login_failures (
    bucket text NOT NULL,
    failures bigint NOT NULL,
    last_at bigint NOT NULL
);
CREATE TABLE public.mail_counts (
    bucket text NOT NULL,
    since bigint NOT NULL,
    count bigint NOT NULL
);
CREATE TABLE public.mail_links (
    id text NOT NULL,
    purpose text NOT NULL,
    site text NOT NULL,
    email text NOT NULL,
    visitor_id text,
    sign_in_id text,
    lang text NOT NULL,
    hash text,
    code text,
    guesses bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    proved_by text,
    state text NOT NULL,
    tries bigint DEFAULT 0 NOT NULL,
    due_at bigint NOT NULL
);
CREATE TABLE public.maintenance_runs (
    kind text NOT NULL,
    at bigint NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    bytes bigint NOT NULL
);
CREATE TABLE public.moderation_statements (
    id text NOT NULL,
    site text NOT NULL,
    comment_id text NOT NULL,
    visitor_id text NOT NULL,
    action text NOT NULL,
    ground text NOT NULL,
    note text NOT NULL,
    automated smallint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    appeal text DEFAULT ''::text NOT NULL,
    appealed_at bigint,
    appeal_state text DEFAULT ''::text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    replied_at bigint
);
CREATE TABLE public.notice_choices (
    owner_id text NOT NULL,
    site text NOT NULL,
    kind text NOT NULL,
    pace text NOT NULL,
    told_at bigint NOT NULL,
    next_at bigint
);
CREATE TABLE public.notice_hours (
    owner_id text NOT NULL,
    hour smallint NOT NULL,
    quiet_from smallint NOT NULL,
    quiet_until smallint NOT NULL,
    lang text NOT NULL
);
CREATE TABLE public.oauth_states (
    hash text NOT NULL,
    provider text NOT NULL,
    browser text NOT NULL,
    sign_in_id text NOT NULL,
    account text,
    verifier text NOT NULL,
    nonce text NOT NULL,
    expires_at bigint NOT NULL
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
    expires_at bigint NOT NULL,
    id text DEFAULT ''::text NOT NULL,
    agent text DEFAULT ''::text NOT NULL,
    seen_at bigint DEFAULT 0 NOT NULL,
    proved_at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.owner_sites (
    owner_id text NOT NULL,
    site text NOT NULL,
    role text DEFAULT 'owner'::text NOT NULL
);
CREATE TABLE public.owner_totp (
    owner_id text NOT NULL,
    secret text NOT NULL,
    last_step bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.owners (
    id text NOT NULL,
    email text NOT NULL,
    password_hash text,
    all_sites smallint NOT NULL,
    created_at bigint NOT NULL,
    credentials bigint DEFAULT 0 NOT NULL,
    role text DEFAULT 'owner'::text NOT NULL
);
CREATE TABLE public.paces (
    bucket text NOT NULL,
    since bigint NOT NULL,
    count bigint NOT NULL
);
CREATE TABLE public.page_aliases (
    site text NOT NULL,
    old text NOT NULL,
    new text NOT NULL,
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
    fetched_at bigint NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    asked smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.passage_vectors (
    passage_id bigint NOT NULL,
    model text NOT NULL,
    vector bytea NOT NULL
);
CREATE TABLE public.passages (
    id bigint NOT NULL,
    site text NOT NULL,
    url text NOT NULL,
    "position" bigint NOT NULL,
    title text NOT NULL,
    heading text NOT NULL,
    text text NOT NULL,
    terms tsvector NOT NULL
);
ALTER TABLE public.passages ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.passages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.passkeys (
    id text NOT NULL,
    owner_id text NOT NULL,
    public_key text NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    synced smallint NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.pending_owners (
    hash text NOT NULL,
    owner_id text NOT NULL,
    credentials bigint NOT NULL,
    expires_at bigint NOT NULL
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
    day text NOT NULL,
    amount bigint DEFAULT 1 NOT NULL
);
CREATE TABLE public.quota_usage (
    bucket text NOT NULL,
    day text NOT NULL,
    used bigint NOT NULL
);
CREATE TABLE public.received_mails (
    id text NOT NULL,
    hash text NOT NULL,
    address_hash text NOT NULL,
    sender text NOT NULL,
    words text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.recovery_codes (
    hash text NOT NULL,
    owner_id text NOT NULL
);
CREATE TABLE public.refused_origins (
    site text NOT NULL,
    origin text NOT NULL,
    seen_at bigint NOT NULL,
    dismissed smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.reply_addresses (
    hash text NOT NULL,
    owner_id text NOT NULL,
    site text NOT NULL,
    comment_id text NOT NULL,
    version bigint NOT NULL,
    seen text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.reports (
    comment_id text NOT NULL,
    visitor_id text NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL,
    kind text DEFAULT 'other'::text NOT NULL,
    receipt text,
    address_key text DEFAULT ''::text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    weight double precision DEFAULT 1 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    decided_at bigint,
    decision text DEFAULT ''::text NOT NULL,
    appeal text DEFAULT ''::text NOT NULL,
    appealed_at bigint,
    appeal_state text DEFAULT ''::text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    replied_at bigint
);
CREATE TABLE public.reputation_entries (
    site text NOT NULL,
    value text NOT NULL,
    list text NOT NULL
);
CREATE TABLE public.reputation_lists (
    site text NOT NULL,
    name text NOT NULL,
    entries bigint NOT NULL,
    loaded_at bigint NOT NULL
);
CREATE TABLE public.reviewable_history (
    number bigint NOT NULL,
    reviewable_id text NOT NULL,
    site text NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    note text NOT NULL
);
ALTER TABLE public.reviewable_history ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviewable_history_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.reviewables (
    id text NOT NULL,
    site text NOT NULL,
    kind text NOT NULL,
    page text NOT NULL,
    state text NOT NULL,
    score double precision DEFAULT 0 NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    reasons text DEFAULT '[]'::text NOT NULL,
    opened_at bigint NOT NULL,
    decided_by text,
    decided_at bigint,
    auto_hidden smallint DEFAULT 0 NOT NULL,
    undo text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.saved_replies (
    id text NOT NULL,
    site text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.saved_views (
    id text NOT NULL,
    owner_id text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.schedule (
    name text NOT NULL,
    due_at bigint NOT NULL
);
CREATE TABLE public.servers (
    id text NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    key text NOT NULL,
    ahead bigint NOT NULL,
    seen_at bigint NOT NULL
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
    revoked_at bigint,
    agent text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.sign_in_codes (
    hash text NOT NULL,
    sign_in_id text NOT NULL,
    visitor_id text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.sign_ins (
    id text NOT NULL,
    site text NOT NULL,
    origin text NOT NULL,
    return_to text NOT NULL,
    nonce text NOT NULL,
    challenge text NOT NULL,
    lang text NOT NULL,
    browser text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint
);
CREATE TABLE public.site_crawls (
    site text NOT NULL,
    begun_at bigint DEFAULT 0 NOT NULL,
    ended_at bigint DEFAULT 0 NOT NULL,
    due_at bigint DEFAULT 0 NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    holder text,
    lease_until bigint,
    report text DEFAULT '{}'::text NOT NULL
);
CREATE TABLE public.site_pages (
    site text NOT NULL,
    url text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    hash text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    passages bigint DEFAULT 0 NOT NULL,
    etag text DEFAULT ''::text NOT NULL,
    last_modified text DEFAULT ''::text NOT NULL,
    found_at bigint NOT NULL,
    read_at bigint DEFAULT 0 NOT NULL,
    changed_at bigint DEFAULT 0 NOT NULL,
    failures bigint DEFAULT 0 NOT NULL,
    missing bigint DEFAULT 0 NOT NULL,
    leads_to text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.sites (
    key text NOT NULL,
    settings text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.spam_filters (
    site text NOT NULL,
    data text NOT NULL,
    version bigint NOT NULL,
    spam bigint NOT NULL,
    good bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.spam_lessons (
    comment_id text NOT NULL,
    site text NOT NULL,
    spam smallint NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.sso_secrets (
    site text NOT NULL,
    salt text NOT NULL,
    made_at bigint NOT NULL
);
CREATE TABLE public.sso_tokens (
    site text NOT NULL,
    jti text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.stopped_addresses (
    hash text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.subscribers (
    id text NOT NULL,
    site text NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    keys text DEFAULT ''::text NOT NULL,
    lang text NOT NULL,
    created_at bigint NOT NULL,
    told_at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.subscription_deliveries (
    id text NOT NULL,
    subscriber_id text NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    comment_id text NOT NULL,
    what text NOT NULL,
    key text NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    message text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.subscription_news (
    comment_id text NOT NULL,
    site text NOT NULL,
    fresh smallint NOT NULL
);
CREATE TABLE public.subscriptions (
    id text NOT NULL,
    site text NOT NULL,
    subscriber_id text NOT NULL,
    visitor_id text NOT NULL,
    kind text NOT NULL,
    page text NOT NULL,
    created_at bigint NOT NULL,
    confirmed_at bigint,
    expires_at bigint
);
CREATE TABLE public.suggested_aliases (
    site text NOT NULL,
    old text NOT NULL,
    new text NOT NULL,
    reason text NOT NULL,
    found_at bigint NOT NULL,
    dismissed smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.text_prints (
    print bigint NOT NULL,
    at bigint NOT NULL,
    comment_id text NOT NULL
);
CREATE TABLE public.thread_changes (
    id bigint NOT NULL,
    site text NOT NULL,
    page text NOT NULL,
    published bigint NOT NULL
);
ALTER TABLE public.thread_changes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.thread_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.threads (
    site text NOT NULL,
    page text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    locked smallint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    ai text,
    comments bigint DEFAULT 0 NOT NULL,
    url_by_owner smallint DEFAULT 0 NOT NULL,
    moderation text,
    closes_at bigint
);
CREATE TABLE public.used_challenges (
    hash text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.visitor_notes (
    id text NOT NULL,
    site text NOT NULL,
    visitor_id text NOT NULL,
    author text NOT NULL,
    body text NOT NULL,
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
    created_at bigint NOT NULL,
    email_verified_at bigint,
    credentials bigint DEFAULT 0 NOT NULL,
    blocked_until bigint,
    shadow smallint DEFAULT 0 NOT NULL,
    trusted smallint DEFAULT 0 NOT NULL,
    block_reason text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.votes (
    comment_id text NOT NULL,
    visitor_id text NOT NULL,
    value bigint NOT NULL,
    page text DEFAULT ''::text NOT NULL,
    counted smallint DEFAULT 1 NOT NULL
);
CREATE TABLE public.webhook_deliveries (
    id text NOT NULL,
    webhook_id text NOT NULL,
    site text NOT NULL,
    event text NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    tries bigint DEFAULT 0 NOT NULL,
    code bigint DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    tried_at bigint
);
CREATE TABLE public.webhooks (
    id text NOT NULL,
    site text NOT NULL,
    url text NOT NULL,
    format text NOT NULL,
    events text NOT NULL,
    secret text NOT NULL,
    old_secret text DEFAULT ''::text NOT NULL,
    old_until bigint DEFAULT 0 NOT NULL,
    active smallint DEFAULT 1 NOT NULL,
    failing_since bigint,
    paused_at bigint,
    told_at bigint NOT NULL,
    created_at bigint NOT NULL,
    owner_id text DEFAULT ''::text NOT NULL
);
INSERT INTO public.address_bans VALUES ('b1', 'demo', '203.0.113.0/24', 1, NULL, 'spam', 'anna@bakery.example', 9000);
INSERT INTO public.alembic_version VALUES ('0034');
INSERT INTO public.answer_revisions VALUES ('r1', 'demo', 'c2', 'owner', 'verified', 'At 7:30.', '<p>At 7:30.</p>', '', 9000);
INSERT INTO public.answers VALUES ('lost-twice', 'chat', 'demo', '/', '', '', 'q-lost', 'v', 'x', 'queued', '', '', '[]', 'p', 'm', '', 0, 0, NULL, NULL, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 1, NULL, '[]', '{}', NULL, NULL, 0, NULL, NULL, 2, '', '', NULL, '', '');
INSERT INTO public.answers VALUES ('c2', 'comment', 'demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 'c1', 'v1', 'k', 'done', 'At 7:30.', '<p>At 7:30.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 4000, 4000, NULL, NULL, NULL, NULL, 5000, 0, 0, 0, NULL, 1, 0, '[]', '{}', NULL, NULL, 0, NULL, NULL, 0, '', 'partly', 0.83, '', 'mcp');
INSERT INTO public.answers VALUES ('c4', 'thread', 'demo', '/rye.html', '', '', 'c1', 'v1', 'k', 'done', 'At 8.', '<p>At 8.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 6000, 6000, NULL, NULL, NULL, NULL, NULL, 0, 1, 0, NULL, 1, 0, '[]', '{}', NULL, NULL, 0, NULL, NULL, 0, '', 'partly', NULL, '', '');
INSERT INTO public.audit VALUES (1, 'demo', 9000, 'anna@bakery.example', 'hidden', 'comment', 'c1', 'published', 'hidden', 'off topic');
INSERT INTO public.blocked_identities VALUES ('demo', 'h', 1000);
INSERT INTO public.comment_changes VALUES ('c', 'edited', 's', 'v', 1795953600000);
INSERT INTO public.comments VALUES ('c1', 'demo', '/rye.html', NULL, 'c1', 0, 'v1', 'guest', 'Mina', NULL, 'When do you open?', '<p>When do you open?</p>', 'published', 4000, NULL, 1, 0, 0.5, NULL, NULL, 0, NULL, 1, 0);
INSERT INTO public.comments VALUES ('c2', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, '', '', 'published', 5000, NULL, 0, 0, 0, NULL, NULL, 1, NULL, 0, 0);
INSERT INTO public.comments VALUES ('c4', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, '', '', 'published', 6000, NULL, 0, 0, 0, NULL, NULL, 0, NULL, 0, 0);
INSERT INTO public.comments VALUES ('uncounted', 'demo', '/counted/', 'counted', 'counted', 1, NULL, 'ai', '', NULL, 'So.', '', 'published', 2, NULL, 0, 0, 0, NULL, NULL, 0, NULL, 0, 0);
INSERT INTO public.comments VALUES ('counted', 'demo', '/counted/', NULL, 'counted', 0, NULL, 'guest', '', NULL, 'Why?', '', 'published', 1, NULL, 0, 0, 0, NULL, NULL, 0, NULL, 1, 0);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES (1, NULL, 'page:demo:/a', 'c1', 'comment.removed', '{"id":"c1"}', 1, 1790000000000);
INSERT INTO public.feedback VALUES ('c2', 'v2', 1, '', 6000);
INSERT INTO public.flags VALUES ('answers', 'on', 9000);
INSERT INTO public.identities VALUES ('i1', 'demo', 'https://github.com', '42', 'v2', NULL, 7000, 7000);
INSERT INTO public.jobs VALUES ('job-waits', 'crawl', 'demo', 'demo', '{}', 1, 9999999999999, NULL, 0, NULL, '', NULL);
INSERT INTO public.jobs VALUES ('job-dead', 'mail_link', NULL, 'demo', '{"id":"m"}', 1, NULL, NULL, 6, NULL, 'The mail server has not taken a message: code 550.', 2);
INSERT INTO public.leases VALUES ('schedule', 'one', 5);
INSERT INTO public.log_changes VALUES (1, 'comment', 'c1');
INSERT INTO public.log_changes VALUES (2, 'comment', 'c2');
INSERT INTO public.log_changes VALUES (3, 'comment', 'c4');
INSERT INTO public.log_changes VALUES (4, 'comment', 'counted');
INSERT INTO public.log_changes VALUES (5, 'comment', 'uncounted');
INSERT INTO public.maintenance_runs VALUES ('backup', 1000, 'ok', '/var/backups/answerback/answerback-2026-11-23T031500Z.tar', 276000000);
INSERT INTO public.notice_choices VALUES ('o1', 'demo', 'review', 'now', 1, 1);
INSERT INTO public.owner_sessions VALUES ('of-29', 'o1', 1700000000000, 1800000000000, 's29', 'Firefox · Linux', 1700000000000, 1700000000000);
INSERT INTO public.owner_sites VALUES ('o1', 'demo', 'owner');
INSERT INTO public.owners VALUES ('o1', 'anna@bakery.example', NULL, 1, 1000, 0, 'owner');
INSERT INTO public.paces VALUES ('sessions:abc', 1790000000000, 2);
INSERT INTO public.page_aliases VALUES ('demo', '/old.html', '/rye.html', 1);
INSERT INTO public.passages VALUES (1, 'demo', 'https://bakery.example/rye.html', 0, 'Rye', '', 'We open at 7:30.', '''open''');
INSERT INTO public.passkeys VALUES ('k29', 'o1', 'pQECAyYgASFYIA', 3, 'Phone', 1, 1700000000000, NULL);
INSERT INTO public.quota_holds VALUES ('c9', 'v1', '2026-11-23', 1);
INSERT INTO public.quota_usage VALUES ('v1', '2026-11-23', 1);
INSERT INTO public.received_mails VALUES ('m', 'n', 'h', '', '', 1795953600000);
INSERT INTO public.refused_origins VALUES ('demo', 'https://www.blog.example', 1764000000000, 0);
INSERT INTO public.reply_addresses VALUES ('h', 'o', 's', 'c', 1, 'v', 1795953600000);
INSERT INTO public.reputation_entries VALUES ('demo', 'pills.example', 'mine');
INSERT INTO public.reputation_lists VALUES ('demo', 'mine', 1, 9000);
INSERT INTO public.saved_replies VALUES ('sr1', 'demo', 'Thanks', 'Thank you, {name}.', 1);
INSERT INTO public.saved_views VALUES ('sv1', 'o1', 'Held', 'state=pending', 1);
INSERT INTO public.schedule VALUES ('sweep', 5);
INSERT INTO public.servers VALUES ('s1', 'one', 7, 'abc', 0, 1790000000000);
INSERT INTO public.sign_ins VALUES ('s1', 'demo', 'https://bakery.example', '/rye.html', 'n', 'c', 'ko', 'b', 7000, 8000, NULL);
INSERT INTO public.site_pages VALUES ('demo', 'https://bakery.example/rye.html', 'Rye', 'h', 'ok', 1, '', '', 8000, 0, 0, 0, 0, '');
INSERT INTO public.sites VALUES ('demo', '{"origins":"https://bakery.example","name":"Bakery","max_answers_per_thread":"3","answer_moderation":"words"}', 1000, 1000);
INSERT INTO public.stopped_addresses VALUES ('0123', 'bounce', 0, 0);
INSERT INTO public.subscribers VALUES ('subscriber-1', 'demo', 'email', 'mina@example.com', '', 'en', 0, 0);
INSERT INTO public.subscription_deliveries VALUES ('delivery-1', 'subscriber-1', 'demo', '/rye.html', 'c2', 'answered', 'answered:c2', 0, 'sent', 'message-1');
INSERT INTO public.subscription_news VALUES ('counted', 'demo', 0);
INSERT INTO public.subscriptions VALUES ('subscription-1', 'demo', 'subscriber-1', 'v1', 'replies', '', 0, 0, NULL);
INSERT INTO public.suggested_aliases VALUES ('demo', '/older.html', '/rye.html', 'redirect', 1, 0);
INSERT INTO public.text_prints VALUES (34359738367, 9000, 'c1');
INSERT INTO public.thread_changes VALUES (1, 'demo', '/rye.html', 0);
INSERT INTO public.thread_changes VALUES (2, 'demo', '/rye.html', 0);
INSERT INTO public.thread_changes VALUES (3, 'demo', '/rye.html', 0);
INSERT INTO public.thread_changes VALUES (4, 'demo', '/rye.html', 0);
INSERT INTO public.thread_changes VALUES (5, 'demo', '/counted/', 1);
INSERT INTO public.thread_changes VALUES (6, 'demo', '/counted/', 0);
INSERT INTO public.threads VALUES ('demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 0, 3000, NULL, 1, 1, NULL, 99000);
INSERT INTO public.threads VALUES ('demo', '/counted/', '', '', 0, 1, NULL, 0, 0, NULL, NULL);
INSERT INTO public.visitor_notes VALUES ('n1', 'demo', 'v1', 'anna@bakery.example', 'A regular', 9000);
INSERT INTO public.visitors VALUES ('v1', 'demo', 'guest', 'Mina', NULL, NULL, NULL, NULL, 0, 2000, NULL, 0, NULL, 0, 0, '');
INSERT INTO public.visitors VALUES ('v2', 'demo', 'user', '김민수', 'minsu@example.com', 'x', NULL, NULL, 0, 2000, NULL, 0, NULL, 0, 1, '');
INSERT INTO public.votes VALUES ('c1', 'v2', 1, '/rye.html', 1);
INSERT INTO public.votes VALUES ('c1', 'v1', -1, '/rye.html', 0);
INSERT INTO public.webhook_deliveries VALUES ('msg_1', 'webhook-1', 'demo', 'comment.held', 'c1', 'comment.held:c1:0', 0, 'done', 0, 0, '', NULL);
INSERT INTO public.webhooks VALUES ('webhook-1', 'demo', 'https://hooks.example/', 'generic', 'comment.held', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=', '', 0, 1, NULL, NULL, 0, 0, '');
SELECT pg_catalog.setval('public.audit_number_seq', 1, true);
SELECT pg_catalog.setval('public.events_id_seq', 1, true);
SELECT pg_catalog.setval('public.log_changes_id_seq', 5, true);
SELECT pg_catalog.setval('public.passages_id_seq', 1, true);
SELECT pg_catalog.setval('public.reviewable_history_number_seq', 1, false);
SELECT pg_catalog.setval('public.thread_changes_id_seq', 6, true);
ALTER TABLE ONLY public.account_sessions
    ADD CONSTRAINT account_sessions_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.address_bans
    ADD CONSTRAINT address_bans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.address_bans
    ADD CONSTRAINT address_bans_site_prefix_key UNIQUE (site, prefix);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.answer_revisions
    ADD CONSTRAINT answer_revisions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.answered_questions
    ADD CONSTRAINT asked_pkey PRIMARY KEY (answer_id);
ALTER TABLE ONLY public.answered_question_terms
    ADD CONSTRAINT asked_terms_pkey PRIMARY KEY (site, term, answer_id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.avatars
    ADD CONSTRAINT avatars_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.blocked_identities
    ADD CONSTRAINT blocked_identities_pkey PRIMARY KEY (site, hash);
ALTER TABLE ONLY public.budget_alerts
    ADD CONSTRAINT budget_alerts_pkey PRIMARY KEY (site, day, budget);
ALTER TABLE ONLY public.comment_changes
    ADD CONSTRAINT comment_changes_pkey PRIMARY KEY (comment_id, what);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_visitor_id_idempotency_key_key UNIQUE (visitor_id, idempotency_key);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_pkey PRIMARY KEY (answer_id, visitor_id);
ALTER TABLE ONLY public.held_edits
    ADD CONSTRAINT held_edits_pkey PRIMARY KEY (comment_id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_site_issuer_subject_key UNIQUE (site, issuer, subject);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.log_changes
    ADD CONSTRAINT log_changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.log_texts
    ADD CONSTRAINT log_texts_entry_id_key UNIQUE (entry_id);
ALTER TABLE ONLY public.log_texts
    ADD CONSTRAINT log_texts_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT login_failures_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.mail_counts
    ADD CONSTRAINT mail_counts_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT mail_links_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT mail_links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.maintenance_runs
    ADD CONSTRAINT maintenance_runs_pkey PRIMARY KEY (kind, at);
ALTER TABLE ONLY public.moderation_statements
    ADD CONSTRAINT moderation_statements_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notice_choices
    ADD CONSTRAINT notice_choices_pkey PRIMARY KEY (owner_id, site, kind);
ALTER TABLE ONLY public.notice_hours
    ADD CONSTRAINT notice_hours_pkey PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.oauth_states
    ADD CONSTRAINT oauth_states_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.owner_links
    ADD CONSTRAINT owner_links_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.owner_sessions
    ADD CONSTRAINT owner_sessions_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_pkey PRIMARY KEY (owner_id, site);
ALTER TABLE ONLY public.owner_totp
    ADD CONSTRAINT owner_totp_pkey PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_email_key UNIQUE (email);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.paces
    ADD CONSTRAINT paces_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.page_aliases
    ADD CONSTRAINT page_aliases_pkey PRIMARY KEY (site, old);
ALTER TABLE ONLY public.page_texts
    ADD CONSTRAINT page_texts_pkey PRIMARY KEY (site, url);
ALTER TABLE ONLY public.passage_vectors
    ADD CONSTRAINT passage_vectors_pkey PRIMARY KEY (passage_id);
ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_site_url_position_key UNIQUE (site, url, "position");
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pending_owners
    ADD CONSTRAINT pending_owners_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_visitor_id_idempotency_key_key UNIQUE (visitor_id, idempotency_key);
ALTER TABLE ONLY public.quota_holds
    ADD CONSTRAINT quota_holds_pkey PRIMARY KEY (answer_id, bucket);
ALTER TABLE ONLY public.quota_usage
    ADD CONSTRAINT quota_usage_pkey PRIMARY KEY (bucket, day);
ALTER TABLE ONLY public.received_mails
    ADD CONSTRAINT received_mails_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.received_mails
    ADD CONSTRAINT received_mails_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.refused_origins
    ADD CONSTRAINT refused_origins_pkey PRIMARY KEY (site, origin);
ALTER TABLE ONLY public.reply_addresses
    ADD CONSTRAINT reply_addresses_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (comment_id, visitor_id);
ALTER TABLE ONLY public.reputation_entries
    ADD CONSTRAINT reputation_entries_pkey PRIMARY KEY (site, value, list);
ALTER TABLE ONLY public.reputation_lists
    ADD CONSTRAINT reputation_lists_pkey PRIMARY KEY (site, name);
ALTER TABLE ONLY public.reviewable_history
    ADD CONSTRAINT reviewable_history_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.reviewables
    ADD CONSTRAINT reviewables_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.servers
    ADD CONSTRAINT servers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_bearer_hash_key UNIQUE (bearer_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_cookie_hash_key UNIQUE (cookie_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_in_codes
    ADD CONSTRAINT sign_in_codes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.site_crawls
    ADD CONSTRAINT site_crawls_pkey PRIMARY KEY (site);
ALTER TABLE ONLY public.site_pages
    ADD CONSTRAINT site_pages_pkey PRIMARY KEY (site, url);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.spam_filters
    ADD CONSTRAINT spam_filters_pkey PRIMARY KEY (site);
ALTER TABLE ONLY public.spam_lessons
    ADD CONSTRAINT spam_lessons_pkey PRIMARY KEY (comment_id);
ALTER TABLE ONLY public.sso_secrets
    ADD CONSTRAINT sso_secrets_pkey PRIMARY KEY (site);
ALTER TABLE ONLY public.sso_tokens
    ADD CONSTRAINT sso_tokens_pkey PRIMARY KEY (site, jti);
ALTER TABLE ONLY public.stopped_addresses
    ADD CONSTRAINT stopped_addresses_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT subscribers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT subscribers_site_channel_address_key UNIQUE (site, channel, address);
ALTER TABLE ONLY public.subscription_deliveries
    ADD CONSTRAINT subscription_deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subscription_deliveries
    ADD CONSTRAINT subscription_deliveries_subscriber_id_key_key UNIQUE (subscriber_id, key);
ALTER TABLE ONLY public.subscription_news
    ADD CONSTRAINT subscription_news_pkey PRIMARY KEY (comment_id);
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_subscriber_id_visitor_id_kind_page_key UNIQUE (subscriber_id, visitor_id, kind, page);
ALTER TABLE ONLY public.suggested_aliases
    ADD CONSTRAINT suggested_aliases_pkey PRIMARY KEY (site, old);
ALTER TABLE ONLY public.flags
    ADD CONSTRAINT switches_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.text_prints
    ADD CONSTRAINT text_prints_pkey PRIMARY KEY (print, at, comment_id);
ALTER TABLE ONLY public.thread_changes
    ADD CONSTRAINT thread_changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_pkey PRIMARY KEY (site, page);
ALTER TABLE ONLY public.used_challenges
    ADD CONSTRAINT used_challenges_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.visitor_notes
    ADD CONSTRAINT visitor_notes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_site_email_key UNIQUE (site, email);
ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_pkey PRIMARY KEY (comment_id, visitor_id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_key_key UNIQUE (webhook_id, key);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
CREATE INDEX account_sessions_of_visitor ON public.account_sessions USING btree (visitor_id);
CREATE INDEX ai_replies_of_root ON public.comments USING btree (site, root_id, state) WHERE (author_kind = 'ai'::text);
CREATE INDEX ai_replies_of_site ON public.comments USING btree (site, created_at) WHERE (author_kind = 'ai'::text);
CREATE INDEX answer_revisions_of_comment ON public.answer_revisions USING btree (comment_id, created_at);
CREATE INDEX answered_question_terms_of_answer ON public.answered_question_terms USING btree (answer_id);
CREATE INDEX answered_questions_of_site ON public.answered_questions USING btree (site);
CREATE INDEX answers_dismissed ON public.answers USING btree (site, dismissed_at);
CREATE INDEX answers_drafts ON public.answers USING btree (visitor_id, page) WHERE (draft = 1);
CREATE INDEX answers_due ON public.answers USING btree (state, due_at);
CREATE INDEX answers_of_page ON public.answers USING btree (site, page, kind, queued_at, id);
CREATE INDEX answers_of_page_by_state ON public.answers USING btree (site, page, kind, state, queued_at, id) WHERE (state <> 'done'::text);
CREATE INDEX answers_of_question ON public.answers USING btree (question_id);
CREATE INDEX answers_of_site ON public.answers USING btree (site, kind, queued_at, id);
CREATE INDEX answers_of_site_by_state ON public.answers USING btree (site, kind, state, queued_at, id);
CREATE INDEX answers_of_visitor ON public.answers USING btree (visitor_id, queued_at, id) WHERE (kind = 'chat'::text);
CREATE INDEX answers_settled ON public.answers USING btree (site, settled_at) WHERE (settled_at IS NOT NULL);
CREATE INDEX answers_to_renew ON public.answers USING btree (renew_at) WHERE (renew_at IS NOT NULL);
CREATE INDEX answers_to_retry ON public.answers USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX answers_turns ON public.answers USING btree (site, turn_at);
CREATE INDEX answers_turns_of_visitor ON public.answers USING btree (visitor_id, turn_at);
CREATE INDEX answers_unsupported ON public.answers USING btree (site, supported, settled_at);
CREATE INDEX answers_verified ON public.answers USING btree (site) WHERE (verified_by_owner = 1);
CREATE INDEX audit_by_age ON public.audit USING btree (at);
CREATE INDEX audit_of_site ON public.audit USING btree (site, number);
CREATE INDEX audit_of_subject ON public.audit USING btree (site, kind, subject, number);
CREATE INDEX avatars_of_visitor ON public.avatars USING btree (visitor_id);
CREATE INDEX comment_changes_in_time ON public.comment_changes USING btree (site, at);
CREATE INDEX comments_by_owner ON public.comments USING btree (site) WHERE (author_kind = 'owner'::text);
CREATE INDEX comments_of_address ON public.comments USING btree (site, address_key, created_at);
CREATE INDEX comments_of_page ON public.comments USING btree (site, page, created_at, id, state);
CREATE INDEX comments_of_parent ON public.comments USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX comments_of_site ON public.comments USING btree (site, created_at, id, state);
CREATE INDEX comments_of_visitor ON public.comments USING btree (visitor_id, created_at, state);
CREATE INDEX comments_pinned ON public.comments USING btree (site, page, depth, created_at, id) WHERE (pinned = 1);
CREATE INDEX comments_set_aside ON public.comments USING btree (site, state, created_at, id) WHERE (state <> 'published'::text);
CREATE INDEX comments_set_aside_of_page ON public.comments USING btree (site, page, state, created_at, id) WHERE (state <> 'published'::text);
CREATE INDEX comments_waiting ON public.comments USING btree (visitor_id, page, created_at, id) WHERE (state = 'pending'::text);
CREATE INDEX drafts_waiting ON public.comments USING btree (site, page, created_at, id) WHERE ((state = 'pending'::text) AND (author_kind = 'ai'::text));
CREATE UNIQUE INDEX events_in_order ON public.events USING btree ("position");
CREATE INDEX events_of_subject ON public.events USING btree (channel, subject);
CREATE INDEX feedback_of_visitor ON public.feedback USING btree (visitor_id);
CREATE INDEX held_edits_of_page ON public.held_edits USING btree (site, page);
CREATE INDEX held_edits_of_visitor ON public.held_edits USING btree (visitor_id, site, page);
CREATE INDEX identities_of_subject ON public.identities USING btree (issuer, subject);
CREATE INDEX identities_of_visitor ON public.identities USING btree (visitor_id);
CREATE UNIQUE INDEX jobs_by_key ON public.jobs USING btree (kind, key);
CREATE INDEX jobs_dead ON public.jobs USING btree (site, failed_at) WHERE (due_at IS NULL);
CREATE INDEX jobs_due ON public.jobs USING btree (kind, due_at);
CREATE INDEX log_texts_by_term ON public.log_texts USING gin (terms);
CREATE INDEX mail_links_due ON public.mail_links USING btree (state, due_at);
CREATE INDEX mail_links_of_sign_in ON public.mail_links USING btree (sign_in_id);
CREATE INDEX notice_choices_due ON public.notice_choices USING btree (kind, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX owner_sessions_of_owner ON public.owner_sessions USING btree (owner_id, id);
CREATE INDEX page_texts_asked ON public.page_texts USING btree (site, fetched_at) WHERE (asked = 1);
CREATE INDEX passages_by_term ON public.passages USING gin (terms);
CREATE INDEX passkeys_of_owner ON public.passkeys USING btree (owner_id, created_at);
CREATE INDEX questions_in_time ON public.questions USING btree (visitor_id, created_at, id);
CREATE INDEX questions_of_page ON public.questions USING btree (site, page, created_at, id);
CREATE INDEX questions_of_site ON public.questions USING btree (site, created_at, id);
CREATE INDEX questions_of_visitor ON public.questions USING btree (visitor_id, page, created_at);
CREATE INDEX quota_holds_of_bucket ON public.quota_holds USING btree (bucket);
CREATE INDEX received_mails_in_time ON public.received_mails USING btree (at);
CREATE INDEX recovery_codes_of_owner ON public.recovery_codes USING btree (owner_id);
CREATE INDEX replies_of_root ON public.comments USING btree (site, root_id, created_at, id) WHERE ((depth > 0) AND (state = 'published'::text));
CREATE INDEX reply_addresses_by_end ON public.reply_addresses USING btree (expires_at);
CREATE UNIQUE INDEX reports_by_receipt ON public.reports USING btree (receipt);
CREATE INDEX reports_of_reporter ON public.reports USING btree (visitor_id, state);
CREATE INDEX reports_of_visitor ON public.reports USING btree (visitor_id);
CREATE INDEX reputation_entries_of_list ON public.reputation_entries USING btree (site, list);
CREATE INDEX reviewable_history_of ON public.reviewable_history USING btree (reviewable_id, number);
CREATE INDEX reviewables_decided ON public.reviewables USING btree (site, decided_at, id) WHERE (decided_at IS NOT NULL);
CREATE INDEX reviewables_of_page ON public.reviewables USING btree (site, page);
CREATE INDEX reviewables_open ON public.reviewables USING btree (site, opened_at, id) WHERE (state = 'open'::text);
CREATE INDEX reviewables_open_by_kind ON public.reviewables USING btree (site, kind, opened_at, id) WHERE (state = 'open'::text);
CREATE INDEX saved_replies_of_site ON public.saved_replies USING btree (site, name);
CREATE INDEX saved_views_of_owner ON public.saved_views USING btree (owner_id, name);
CREATE INDEX sessions_of_visitor ON public.sessions USING btree (visitor_id);
CREATE INDEX sign_in_codes_of_sign_in ON public.sign_in_codes USING btree (sign_in_id);
CREATE INDEX sign_ins_over ON public.sign_ins USING btree (expires_at);
CREATE INDEX site_pages_by_hash ON public.site_pages USING btree (site, hash);
CREATE INDEX spam_lessons_of_site ON public.spam_lessons USING btree (site, at);
CREATE INDEX sso_tokens_by_id ON public.sso_tokens USING btree (jti);
CREATE INDEX statements_of_comment ON public.moderation_statements USING btree (comment_id, created_at);
CREATE INDEX statements_of_visitor ON public.moderation_statements USING btree (visitor_id, created_at);
CREATE INDEX subscription_deliveries_waiting ON public.subscription_deliveries USING btree (subscriber_id, page, at) WHERE (state = 'waiting'::text);
CREATE INDEX subscriptions_of_page ON public.subscriptions USING btree (site, kind, page, subscriber_id);
CREATE INDEX subscriptions_of_visitor ON public.subscriptions USING btree (visitor_id, kind);
CREATE INDEX text_prints_by_age ON public.text_prints USING btree (at);
CREATE INDEX thread_changes_of_page ON public.thread_changes USING btree (site, page, published);
CREATE INDEX thread_roots ON public.comments USING btree (site, page, created_at, id) WHERE ((depth = 0) AND (shown = 1) AND (pinned = 0));
CREATE INDEX thread_roots_by_score ON public.comments USING btree (site, page, score, id) WHERE ((depth = 0) AND (shown = 1) AND (pinned = 0));
CREATE INDEX threads_closing ON public.threads USING btree (closes_at) WHERE ((closes_at > 0) AND (locked = 0));
CREATE INDEX threads_of_site ON public.threads USING btree (site, created_at, page);
CREATE INDEX threads_open_by_age ON public.threads USING btree (site, created_at) WHERE ((locked = 0) AND (closes_at IS NULL));
CREATE INDEX visitor_notes_of_visitor ON public.visitor_notes USING btree (visitor_id, created_at, id);
CREATE INDEX votes_of_visitor ON public.votes USING btree (visitor_id, page, comment_id, value);
CREATE INDEX webhook_deliveries_in_time ON public.webhook_deliveries USING btree (webhook_id, at, id);
CREATE INDEX webhooks_of_site ON public.webhooks USING btree (site, created_at);
CREATE TRIGGER alert_added AFTER INSERT ON public.budget_alerts FOR EACH ROW EXECUTE FUNCTION public.review_alert();
CREATE TRIGGER alert_over AFTER DELETE ON public.budget_alerts FOR EACH ROW EXECUTE FUNCTION public.review_alert();
CREATE TRIGGER answer_added AFTER INSERT ON public.answers FOR EACH ROW WHEN ((new.kind = 'thread'::text)) EXECUTE FUNCTION public.review_refused();
CREATE TRIGGER answer_changed AFTER UPDATE OF state, question_id, model, provider, sources, verified_by_owner, retry_at, error, outdated, revised_at ON public.answers FOR EACH ROW WHEN ((new.kind = 'thread'::text)) EXECUTE FUNCTION public.note_thread();
CREATE TRIGGER answer_needs_owner AFTER UPDATE OF state, retry_at, dismissed_at, revised_at, verified_by_owner, supported, support_reason, draft ON public.answers FOR EACH ROW WHEN (((new.state = ANY (ARRAY['done'::text, 'failed'::text, 'withheld'::text])) OR (old.state = ANY (ARRAY['done'::text, 'failed'::text, 'withheld'::text])))) EXECUTE FUNCTION public.review_answer();
CREATE TRIGGER audit_is_kept AFTER DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.keep_audit();
CREATE TRIGGER audit_is_not_changed AFTER UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.keep_audit();
CREATE TRIGGER comment_added AFTER INSERT ON public.comments FOR EACH ROW EXECUTE FUNCTION public.note_comment();
CREATE TRIGGER comment_changed AFTER UPDATE OF author_name, avatar_url, body, html, state, edited_at, up, down, pinned, visitor_id, author_kind ON public.comments FOR EACH ROW EXECUTE FUNCTION public.note_comment();
CREATE TRIGGER comment_left AFTER UPDATE OF state ON public.comments FOR EACH ROW WHEN ((((old.state = 'pending'::text) AND (new.state <> 'pending'::text)) OR (new.state = ANY (ARRAY['deleted'::text, 'hidden'::text])))) EXECUTE FUNCTION public.review_comment();
CREATE TRIGGER comment_removed AFTER DELETE ON public.comments FOR EACH ROW EXECUTE FUNCTION public.note_comment();
CREATE TRIGGER log_answer AFTER UPDATE OF body ON public.answers FOR EACH ROW WHEN ((new.state = ANY (ARRAY['done'::text, 'stopped'::text, 'failed'::text, 'withheld'::text]))) EXECUTE FUNCTION public.log_answer();
CREATE TRIGGER log_comment AFTER INSERT ON public.comments FOR EACH ROW WHEN ((new.body <> ''::text)) EXECUTE FUNCTION public.log_comment();
CREATE TRIGGER log_edit AFTER UPDATE OF body ON public.comments FOR EACH ROW EXECUTE FUNCTION public.log_comment();
CREATE TRIGGER log_new_answer AFTER INSERT ON public.answers FOR EACH ROW WHEN ((new.body <> ''::text)) EXECUTE FUNCTION public.log_answer();
CREATE TRIGGER log_question AFTER INSERT ON public.questions FOR EACH ROW EXECUTE FUNCTION public.log_question();
CREATE TRIGGER log_question_gone AFTER DELETE ON public.questions FOR EACH ROW EXECUTE FUNCTION public.log_question();
CREATE TRIGGER news_answer AFTER UPDATE OF state, revised_at ON public.answers FOR EACH ROW WHEN (((new.kind = 'thread'::text) AND (new.state = 'done'::text) AND ((old.state <> 'done'::text) OR ((new.revised_at IS NOT NULL) AND (new.revised_at <> COALESCE(old.revised_at, (0)::bigint)))))) EXECUTE FUNCTION public.note_changed_news();
CREATE TRIGGER news_comment_added AFTER INSERT ON public.comments FOR EACH ROW WHEN (((new.state = 'published'::text) AND (new.author_kind <> 'ai'::text))) EXECUTE FUNCTION public.note_added_news();
CREATE TRIGGER news_comment_shown AFTER UPDATE OF state ON public.comments FOR EACH ROW WHEN (((new.state = 'published'::text) AND (old.state <> 'published'::text))) EXECUTE FUNCTION public.note_changed_news();
CREATE TRIGGER thread_locked AFTER UPDATE OF locked ON public.threads FOR EACH ROW EXECUTE FUNCTION public.note_thread();
ALTER TABLE ONLY public.account_sessions
    ADD CONSTRAINT account_sessions_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.address_bans
    ADD CONSTRAINT address_bans_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.answer_revisions
    ADD CONSTRAINT answer_revisions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.answered_questions
    ADD CONSTRAINT asked_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.blocked_identities
    ADD CONSTRAINT blocked_identities_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_site_page_fkey FOREIGN KEY (site, page) REFERENCES public.threads(site, page);
ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.answers(id);
ALTER TABLE ONLY public.held_edits
    ADD CONSTRAINT held_edits_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.moderation_statements
    ADD CONSTRAINT moderation_statements_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.notice_choices
    ADD CONSTRAINT notice_choices_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notice_choices
    ADD CONSTRAINT notice_choices_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.notice_hours
    ADD CONSTRAINT notice_hours_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.owner_links
    ADD CONSTRAINT owner_links_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sessions
    ADD CONSTRAINT owner_sessions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.owner_sites
    ADD CONSTRAINT owner_sites_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.owner_totp
    ADD CONSTRAINT owner_totp_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.page_aliases
    ADD CONSTRAINT page_aliases_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.passage_vectors
    ADD CONSTRAINT passage_vectors_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES public.passages(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.pending_owners
    ADD CONSTRAINT pending_owners_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.refused_origins
    ADD CONSTRAINT refused_origins_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.reputation_lists
    ADD CONSTRAINT reputation_lists_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.reviewables
    ADD CONSTRAINT reviewables_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.saved_replies
    ADD CONSTRAINT saved_replies_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.visitors(id);
ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.site_crawls
    ADD CONSTRAINT site_crawls_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.site_pages
    ADD CONSTRAINT site_pages_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.spam_filters
    ADD CONSTRAINT spam_filters_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.sso_secrets
    ADD CONSTRAINT sso_secrets_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT subscribers_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.subscription_deliveries
    ADD CONSTRAINT subscription_deliveries_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.suggested_aliases
    ADD CONSTRAINT suggested_aliases_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.visitors
    ADD CONSTRAINT visitors_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_site_fkey FOREIGN KEY (site) REFERENCES public.sites(key);
