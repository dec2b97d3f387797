CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE sites (
        key TEXT PRIMARY KEY, settings TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE owners (
        id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT, all_sites SMALLINT NOT NULL,
        created_at BIGINT NOT NULL, credentials BIGINT NOT NULL DEFAULT 0, role TEXT NOT NULL DEFAULT 'owner');
CREATE TABLE owner_sites (
        owner_id TEXT NOT NULL REFERENCES owners (id), site TEXT NOT NULL REFERENCES sites (key), role TEXT NOT NULL DEFAULT 'owner',
        PRIMARY KEY (owner_id, site));
CREATE TABLE owner_links (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), expires_at BIGINT NOT NULL,
        used_at BIGINT);
CREATE TABLE owner_sessions (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, id TEXT NOT NULL DEFAULT '', agent TEXT NOT NULL DEFAULT '', seen_at BIGINT NOT NULL DEFAULT 0, proved_at BIGINT NOT NULL DEFAULT 0);
CREATE TABLE visitors (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), kind TEXT NOT NULL, name TEXT NOT NULL,
        email TEXT, password_hash TEXT, avatar_url TEXT, daily_answers TEXT, blocked SMALLINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL, email_verified_at BIGINT, credentials BIGINT NOT NULL DEFAULT 0, blocked_until BIGINT, shadow SMALLINT NOT NULL DEFAULT 0, trusted SMALLINT NOT NULL DEFAULT 0, block_reason TEXT NOT NULL DEFAULT '', UNIQUE (site, email));
CREATE TABLE sessions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL REFERENCES visitors (id),
        origin TEXT NOT NULL, cookie_hash TEXT UNIQUE, bearer_hash TEXT UNIQUE, created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, revoked_at BIGINT, agent TEXT NOT NULL DEFAULT '');
CREATE TABLE login_failures (bucket TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL);
CREATE TABLE threads (
        site TEXT NOT NULL REFERENCES sites (key), page TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL,
        locked SMALLINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, ai TEXT, comments BIGINT NOT NULL DEFAULT 0, url_by_owner SMALLINT NOT NULL DEFAULT 0, moderation TEXT, closes_at BIGINT, PRIMARY KEY (site, page));
CREATE TABLE comments (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, page TEXT NOT NULL, parent_id TEXT, root_id TEXT NOT NULL,
        depth BIGINT NOT NULL, visitor_id TEXT, author_kind TEXT NOT NULL, author_name TEXT NOT NULL,
        avatar_url TEXT, body TEXT NOT NULL, html TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL,
        edited_at BIGINT, up BIGINT NOT NULL DEFAULT 0, down BIGINT NOT NULL DEFAULT 0,
        score DOUBLE PRECISION NOT NULL DEFAULT 0, idempotency_key TEXT, address_key TEXT, pinned SMALLINT NOT NULL DEFAULT 0, ask SMALLINT, shown SMALLINT NOT NULL DEFAULT 0, featured SMALLINT NOT NULL DEFAULT 0,
        FOREIGN KEY (site, page) REFERENCES threads (site, page), UNIQUE (visitor_id, idempotency_key));
CREATE INDEX comments_of_address ON comments (site, address_key, created_at);
CREATE TABLE votes (
        comment_id TEXT NOT NULL REFERENCES comments (id), visitor_id TEXT NOT NULL, value BIGINT NOT NULL, page TEXT NOT NULL DEFAULT '', counted SMALLINT NOT NULL DEFAULT 1,
        PRIMARY KEY (comment_id, visitor_id));
CREATE TABLE reports (
        comment_id TEXT NOT NULL REFERENCES comments (id), visitor_id TEXT NOT NULL, reason TEXT NOT NULL,
        created_at BIGINT NOT NULL, kind TEXT NOT NULL DEFAULT 'other', receipt TEXT, address_key TEXT NOT NULL DEFAULT '', contact TEXT NOT NULL DEFAULT '', weight DOUBLE PRECISION NOT NULL DEFAULT 1, state TEXT NOT NULL DEFAULT 'open', decided_at BIGINT, decision TEXT NOT NULL DEFAULT '', appeal TEXT NOT NULL DEFAULT '', appealed_at BIGINT, appeal_state TEXT NOT NULL DEFAULT '', reply TEXT NOT NULL DEFAULT '', replied_at BIGINT, PRIMARY KEY (comment_id, visitor_id));
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
        verified_by_owner SMALLINT NOT NULL DEFAULT 0, outdated SMALLINT NOT NULL DEFAULT 0, revised_at BIGINT, on_request SMALLINT NOT NULL DEFAULT 1, supported SMALLINT, passages TEXT NOT NULL DEFAULT '[]', verdicts TEXT NOT NULL DEFAULT '{}', started_at BIGINT, turn_at BIGINT, draft SMALLINT NOT NULL DEFAULT 0, dismissed_at BIGINT, renew_at BIGINT, lost_leases BIGINT NOT NULL DEFAULT 0, hint TEXT NOT NULL DEFAULT '', support_reason TEXT NOT NULL DEFAULT '', certainty DOUBLE PRECISION, closed_by TEXT NOT NULL DEFAULT '', via TEXT NOT NULL DEFAULT '');
CREATE INDEX answers_due ON answers (state, due_at);
CREATE INDEX answers_of_question ON answers (question_id);
CREATE TABLE quota_usage (
        bucket TEXT NOT NULL, day TEXT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (bucket, day));
CREATE TABLE quota_holds (
        answer_id TEXT NOT NULL, bucket TEXT NOT NULL, day TEXT NOT NULL, amount BIGINT NOT NULL DEFAULT 1, PRIMARY KEY (answer_id, bucket));
CREATE TABLE feedback (
        answer_id TEXT NOT NULL REFERENCES answers (id), visitor_id TEXT NOT NULL, helpful SMALLINT NOT NULL,
        reason TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (answer_id, visitor_id));
CREATE TABLE page_texts (
        site TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, lang TEXT NOT NULL, blocks TEXT NOT NULL,
        hash TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, status TEXT NOT NULL,
        fetched_at BIGINT NOT NULL, size BIGINT NOT NULL DEFAULT 0, asked SMALLINT NOT NULL DEFAULT 0, PRIMARY KEY (site, url));
CREATE INDEX sessions_of_visitor ON sessions (visitor_id);
CREATE TABLE identities (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), issuer TEXT NOT NULL, subject TEXT NOT NULL,
        visitor_id TEXT NOT NULL REFERENCES visitors (id), email TEXT, created_at BIGINT NOT NULL,
        used_at BIGINT NOT NULL, UNIQUE (site, issuer, subject));
CREATE INDEX identities_of_visitor ON identities (visitor_id);
CREATE INDEX identities_of_subject ON identities (issuer, subject);
CREATE TABLE oauth_states (
        hash TEXT PRIMARY KEY, provider TEXT NOT NULL, browser TEXT NOT NULL, sign_in_id TEXT NOT NULL,
        account TEXT, verifier TEXT NOT NULL, nonce TEXT NOT NULL, expires_at BIGINT NOT NULL);
CREATE TABLE mail_links (
        id TEXT PRIMARY KEY, purpose TEXT NOT NULL, site TEXT NOT NULL, email TEXT NOT NULL, visitor_id TEXT,
        sign_in_id TEXT, lang TEXT NOT NULL, hash TEXT UNIQUE, code TEXT, guesses BIGINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT, proved_by TEXT, state TEXT NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL);
CREATE INDEX mail_links_due ON mail_links (state, due_at);
CREATE INDEX mail_links_of_sign_in ON mail_links (sign_in_id);
CREATE TABLE mail_counts (bucket TEXT PRIMARY KEY, since BIGINT NOT NULL, count BIGINT NOT NULL);
CREATE TABLE avatars (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL, media_type TEXT NOT NULL,
        data TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE INDEX avatars_of_visitor ON avatars (visitor_id);
CREATE TABLE account_sessions (
        hash TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL REFERENCES visitors (id),
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX account_sessions_of_visitor ON account_sessions (visitor_id);
CREATE TABLE sso_secrets (site TEXT PRIMARY KEY REFERENCES sites (key), salt TEXT NOT NULL, made_at BIGINT NOT NULL);
CREATE TABLE sso_tokens (site TEXT NOT NULL, jti TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (site, jti));
CREATE TABLE sign_ins (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), origin TEXT NOT NULL, return_to TEXT NOT NULL,
        nonce TEXT NOT NULL, challenge TEXT NOT NULL, lang TEXT NOT NULL, browser TEXT NOT NULL,
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, ended_at BIGINT);
CREATE INDEX sign_ins_over ON sign_ins (expires_at);
CREATE TABLE sign_in_codes (
        hash TEXT PRIMARY KEY, sign_in_id TEXT NOT NULL, visitor_id TEXT NOT NULL, expires_at BIGINT NOT NULL,
        used_at BIGINT);
CREATE INDEX sign_in_codes_of_sign_in ON sign_in_codes (sign_in_id);
CREATE TABLE site_pages (
        site TEXT NOT NULL REFERENCES sites (key), url TEXT NOT NULL, title TEXT NOT NULL DEFAULT '',
        hash TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, passages BIGINT NOT NULL DEFAULT 0,
        etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '', found_at BIGINT NOT NULL,
        read_at BIGINT NOT NULL DEFAULT 0, changed_at BIGINT NOT NULL DEFAULT 0, failures BIGINT NOT NULL DEFAULT 0, missing BIGINT NOT NULL DEFAULT 0, leads_to TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (site, url));
CREATE INDEX site_pages_by_hash ON site_pages (site, hash);
CREATE TABLE site_crawls (
        site TEXT PRIMARY KEY REFERENCES sites (key), begun_at BIGINT NOT NULL DEFAULT 0,
        ended_at BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL DEFAULT 0, done BIGINT NOT NULL DEFAULT 0,
        total BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', holder TEXT, lease_until BIGINT, report TEXT NOT NULL DEFAULT '{}');
CREATE TABLE passages (
        id INTEGER PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), url TEXT NOT NULL,
        position BIGINT NOT NULL, title TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
        UNIQUE (site, url, position));
CREATE VIRTUAL TABLE passage_terms USING fts5 (
        site, head, body, tokenize = "unicode61 remove_diacritics 0");
CREATE TABLE passage_vectors (
        passage_id BIGINT PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, model TEXT NOT NULL,
        vector BYTEA NOT NULL);
CREATE TABLE answer_revisions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, comment_id TEXT NOT NULL REFERENCES comments (id),
        author TEXT NOT NULL, action TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, note TEXT NOT NULL,
        created_at BIGINT NOT NULL);
CREATE INDEX answer_revisions_of_comment ON answer_revisions (comment_id, created_at);
CREATE TABLE "answered_questions" (
        answer_id TEXT PRIMARY KEY REFERENCES comments (id), site TEXT NOT NULL, question_id TEXT NOT NULL,
        terms TEXT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE "answered_question_terms" (
        site TEXT NOT NULL, term TEXT NOT NULL, answer_id TEXT NOT NULL, PRIMARY KEY (site, term, answer_id));
CREATE TABLE budget_alerts (
        site TEXT NOT NULL, day TEXT NOT NULL, budget TEXT NOT NULL, used BIGINT NOT NULL, most BIGINT NOT NULL,
        at BIGINT NOT NULL, PRIMARY KEY (site, day, budget));
CREATE TABLE "flags" (name TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at BIGINT NOT NULL);
CREATE INDEX answers_unsupported ON answers (site, supported, settled_at);
CREATE INDEX answers_turns ON answers (site, turn_at);
CREATE INDEX answers_turns_of_visitor ON answers (visitor_id, turn_at);
CREATE INDEX answers_dismissed ON answers (site, dismissed_at);
CREATE INDEX answers_to_renew ON answers (renew_at) WHERE renew_at IS NOT NULL;
CREATE INDEX reports_of_visitor ON reports (visitor_id);
CREATE INDEX feedback_of_visitor ON feedback (visitor_id);
CREATE INDEX answered_questions_of_site ON answered_questions (site);
CREATE TABLE jobs (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT, site TEXT NOT NULL, data TEXT NOT NULL,
        created_at BIGINT NOT NULL, due_at BIGINT, again_at BIGINT, tries BIGINT NOT NULL DEFAULT 0, worker TEXT,
        error TEXT NOT NULL DEFAULT '', failed_at BIGINT);
CREATE UNIQUE INDEX jobs_by_key ON jobs (kind, key);
CREATE INDEX jobs_due ON jobs (kind, due_at);
CREATE INDEX jobs_dead ON jobs (site, failed_at) WHERE due_at IS NULL;
CREATE TABLE schedule (name TEXT PRIMARY KEY, due_at BIGINT NOT NULL);
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);
CREATE INDEX comments_pinned ON comments (site, page, depth, created_at, id) WHERE pinned = 1;
CREATE TABLE maintenance_runs (
        kind TEXT NOT NULL, at BIGINT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
        bytes BIGINT NOT NULL, PRIMARY KEY (kind, at));
CREATE TABLE blocked_identities (
        site TEXT NOT NULL REFERENCES sites (key), hash TEXT NOT NULL, blocked_at BIGINT NOT NULL,
        PRIMARY KEY (site, hash));
CREATE TABLE thread_changes (
        id INTEGER PRIMARY KEY, site TEXT NOT NULL, page TEXT NOT NULL, published BIGINT NOT NULL);
CREATE INDEX thread_roots ON comments (site, page, created_at, id)
        WHERE depth = 0 AND shown = 1 AND pinned = 0;
CREATE INDEX thread_roots_by_score ON comments (site, page, score, id)
        WHERE depth = 0 AND shown = 1 AND pinned = 0;
CREATE INDEX replies_of_root ON comments (site, root_id, created_at, id)
        WHERE depth > 0 AND state = 'published';
CREATE INDEX ai_replies_of_root ON comments (site, root_id, state) WHERE author_kind = 'ai';
CREATE INDEX drafts_waiting ON comments (site, page, created_at, id)
        WHERE state = 'pending' AND author_kind = 'ai';
CREATE INDEX votes_of_visitor ON votes (visitor_id, page, comment_id, value);
CREATE INDEX answers_to_retry ON answers (retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX thread_changes_of_page ON thread_changes (site, page, published);
CREATE INDEX answers_drafts ON answers (visitor_id, page) WHERE draft = 1;
CREATE INDEX quota_holds_of_bucket ON quota_holds (bucket);
CREATE INDEX sso_tokens_by_id ON sso_tokens (jti);
CREATE INDEX page_texts_asked ON page_texts (site, fetched_at) WHERE asked = 1;
CREATE TABLE page_aliases (
        site TEXT NOT NULL REFERENCES sites (key), old TEXT NOT NULL, new TEXT NOT NULL, created_at BIGINT NOT NULL,
        PRIMARY KEY (site, old));
CREATE TABLE suggested_aliases (
        site TEXT NOT NULL REFERENCES sites (key), old TEXT NOT NULL, new TEXT NOT NULL, reason TEXT NOT NULL,
        found_at BIGINT NOT NULL, dismissed SMALLINT NOT NULL DEFAULT 0, PRIMARY KEY (site, old));
CREATE TABLE reviewables (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), kind TEXT NOT NULL, page TEXT NOT NULL,
        state TEXT NOT NULL, score DOUBLE PRECISION NOT NULL DEFAULT 0, version BIGINT NOT NULL DEFAULT 1,
        reasons TEXT NOT NULL DEFAULT '[]', opened_at BIGINT NOT NULL, decided_by TEXT, decided_at BIGINT,
        auto_hidden SMALLINT NOT NULL DEFAULT 0, undo TEXT NOT NULL DEFAULT '');
CREATE TABLE held_edits (
        comment_id TEXT PRIMARY KEY REFERENCES comments (id), site TEXT NOT NULL, page TEXT NOT NULL,
        visitor_id TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE moderation_statements (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, comment_id TEXT NOT NULL REFERENCES comments (id),
        visitor_id TEXT NOT NULL, action TEXT NOT NULL, ground TEXT NOT NULL, note TEXT NOT NULL,
        automated SMALLINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, appeal TEXT NOT NULL DEFAULT '',
        appealed_at BIGINT, appeal_state TEXT NOT NULL DEFAULT '', reply TEXT NOT NULL DEFAULT '',
        replied_at BIGINT);
CREATE TABLE saved_replies (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), name TEXT NOT NULL, body TEXT NOT NULL,
        updated_at BIGINT NOT NULL);
CREATE TABLE saved_views (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id), name TEXT NOT NULL, query TEXT NOT NULL,
        created_at BIGINT NOT NULL);
CREATE TABLE reviewable_history (
        number INTEGER PRIMARY KEY, reviewable_id TEXT NOT NULL, site TEXT NOT NULL, at BIGINT NOT NULL,
        actor TEXT NOT NULL, action TEXT NOT NULL, state_before TEXT NOT NULL, state_after TEXT NOT NULL,
        note TEXT NOT NULL);
CREATE INDEX reviewables_open ON reviewables (site, opened_at, id) WHERE state = 'open';
CREATE INDEX reviewables_open_by_kind ON reviewables (site, kind, opened_at, id) WHERE state = 'open';
CREATE INDEX reviewables_decided ON reviewables (site, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX reviewable_history_of ON reviewable_history (reviewable_id, number);
CREATE INDEX held_edits_of_visitor ON held_edits (visitor_id, site, page);
CREATE INDEX held_edits_of_page ON held_edits (site, page);
CREATE INDEX reviewables_of_page ON reviewables (site, page);
CREATE INDEX statements_of_comment ON moderation_statements (comment_id, created_at);
CREATE INDEX statements_of_visitor ON moderation_statements (visitor_id, created_at);
CREATE INDEX saved_replies_of_site ON saved_replies (site, name);
CREATE INDEX saved_views_of_owner ON saved_views (owner_id, name);
CREATE UNIQUE INDEX reports_by_receipt ON reports (receipt);
CREATE INDEX reports_of_reporter ON reports (visitor_id, state);
CREATE INDEX comments_of_page ON comments (site, page, created_at, id, state);
CREATE INDEX comments_of_site ON comments (site, created_at, id, state);
CREATE INDEX comments_of_visitor ON comments (visitor_id, created_at, state);
CREATE INDEX comments_waiting ON comments (visitor_id, page, created_at, id) WHERE state = 'pending';
CREATE INDEX comments_of_parent ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX answers_verified ON answers (site) WHERE verified_by_owner = 1;
CREATE INDEX comments_by_owner ON comments (site) WHERE author_kind = 'owner';
CREATE TABLE text_prints (
        print BIGINT NOT NULL, at BIGINT NOT NULL, comment_id TEXT NOT NULL, PRIMARY KEY (print, at, comment_id));
CREATE INDEX text_prints_by_age ON text_prints (at);
CREATE TABLE spam_filters (
        site TEXT PRIMARY KEY REFERENCES sites (key), data TEXT NOT NULL, version BIGINT NOT NULL, spam BIGINT NOT NULL,
        good BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE spam_lessons (
        comment_id TEXT PRIMARY KEY, site TEXT NOT NULL, spam SMALLINT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX spam_lessons_of_site ON spam_lessons (site, at);
CREATE TABLE reputation_lists (
        site TEXT NOT NULL REFERENCES sites (key), name TEXT NOT NULL, entries BIGINT NOT NULL,
        loaded_at BIGINT NOT NULL, PRIMARY KEY (site, name));
CREATE TABLE reputation_entries (
        site TEXT NOT NULL, value TEXT NOT NULL, list TEXT NOT NULL, PRIMARY KEY (site, value, list));
CREATE INDEX reputation_entries_of_list ON reputation_entries (site, list);
CREATE TABLE visitor_notes (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, visitor_id TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL,
        created_at BIGINT NOT NULL);
CREATE INDEX visitor_notes_of_visitor ON visitor_notes (visitor_id, created_at, id);
CREATE TABLE address_bans (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), prefix TEXT NOT NULL,
        shadow SMALLINT NOT NULL DEFAULT 0, until BIGINT, reason TEXT NOT NULL, author TEXT NOT NULL,
        created_at BIGINT NOT NULL, UNIQUE (site, prefix));
CREATE TABLE audit (
        number INTEGER PRIMARY KEY, site TEXT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        kind TEXT NOT NULL, subject TEXT NOT NULL, state_before TEXT NOT NULL, state_after TEXT NOT NULL,
        reason TEXT NOT NULL);
CREATE INDEX audit_of_site ON audit (site, number);
CREATE INDEX audit_of_subject ON audit (site, kind, subject, number);
CREATE INDEX audit_by_age ON audit (at);
CREATE TABLE refused_origins (
        site TEXT NOT NULL REFERENCES sites (key), origin TEXT NOT NULL, seen_at BIGINT NOT NULL,
        dismissed SMALLINT NOT NULL DEFAULT 0, PRIMARY KEY (site, origin));
CREATE INDEX comments_set_aside ON comments (site, state, created_at, id) WHERE state <> 'published';
CREATE INDEX comments_set_aside_of_page ON comments (site, page, state, created_at, id)
        WHERE state <> 'published';
CREATE INDEX ai_replies_of_site ON comments (site, created_at) WHERE author_kind = 'ai';
CREATE INDEX questions_of_site ON questions (site, created_at, id);
CREATE INDEX questions_of_page ON questions (site, page, created_at, id);
CREATE INDEX questions_in_time ON questions (visitor_id, created_at, id);
CREATE INDEX answers_of_page ON answers (site, page, kind, queued_at, id);
CREATE INDEX answers_of_site ON answers (site, kind, queued_at, id);
CREATE INDEX answers_of_site_by_state ON answers (site, kind, state, queued_at, id);
CREATE INDEX answers_of_page_by_state ON answers (site, page, kind, state, queued_at, id) WHERE state <> 'done';
CREATE INDEX answers_of_visitor ON answers (visitor_id, queued_at, id) WHERE kind = 'chat';
CREATE INDEX threads_of_site ON threads (site, created_at, page);
CREATE TABLE log_texts (
        place BIGINT PRIMARY KEY, entry TEXT NOT NULL, entry_id TEXT NOT NULL UNIQUE, site TEXT NOT NULL);
CREATE VIRTUAL TABLE log_terms USING fts5 (
        site, words, tokenize = "unicode61 remove_diacritics 0", detail = column);
CREATE TABLE log_changes (id INTEGER PRIMARY KEY, entry TEXT NOT NULL, entry_id TEXT NOT NULL);
CREATE INDEX threads_closing ON threads (closes_at) WHERE closes_at > 0 AND locked = 0;
CREATE INDEX threads_open_by_age ON threads (site, created_at) WHERE locked = 0 AND closes_at IS NULL;
CREATE TABLE notice_choices (
        owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE, site TEXT NOT NULL REFERENCES sites (key),
        kind TEXT NOT NULL, pace TEXT NOT NULL, told_at BIGINT NOT NULL, next_at BIGINT,
        PRIMARY KEY (owner_id, site, kind));
CREATE INDEX notice_choices_due ON notice_choices (kind, next_at) WHERE next_at IS NOT NULL;
CREATE TABLE notice_hours (
        owner_id TEXT PRIMARY KEY REFERENCES owners (id) ON DELETE CASCADE, hour SMALLINT NOT NULL,
        quiet_from SMALLINT NOT NULL, quiet_until SMALLINT NOT NULL, lang TEXT NOT NULL);
CREATE TABLE webhooks (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), url TEXT NOT NULL, format TEXT NOT NULL,
        events TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT NOT NULL DEFAULT '',
        old_until BIGINT NOT NULL DEFAULT 0, active SMALLINT NOT NULL DEFAULT 1, failing_since BIGINT,
        paused_at BIGINT, told_at BIGINT NOT NULL, created_at BIGINT NOT NULL, owner_id TEXT NOT NULL DEFAULT '');
CREATE INDEX webhooks_of_site ON webhooks (site, created_at);
CREATE TABLE webhook_deliveries (
        id TEXT PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE, site TEXT NOT NULL,
        event TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0, code BIGINT NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '',
        tried_at BIGINT, UNIQUE (webhook_id, key));
CREATE INDEX webhook_deliveries_in_time ON webhook_deliveries (webhook_id, at, id);
CREATE INDEX answers_settled ON answers (site, settled_at) WHERE settled_at IS NOT NULL;
CREATE TABLE reply_addresses (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL, site TEXT NOT NULL, comment_id TEXT NOT NULL,
        version BIGINT NOT NULL, seen TEXT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX reply_addresses_by_end ON reply_addresses (expires_at);
CREATE TABLE received_mails (
        id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, address_hash TEXT NOT NULL, sender TEXT NOT NULL,
        words TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX received_mails_in_time ON received_mails (at);
CREATE TABLE comment_changes (
        comment_id TEXT NOT NULL, what TEXT NOT NULL, site TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (comment_id, what));
CREATE INDEX comment_changes_in_time ON comment_changes (site, at);
CREATE INDEX owner_sessions_of_owner ON owner_sessions (owner_id, id);
CREATE TABLE owner_totp (
        owner_id TEXT PRIMARY KEY REFERENCES owners (id) ON DELETE CASCADE, secret TEXT NOT NULL,
        last_step BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE recovery_codes (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE);
CREATE INDEX recovery_codes_of_owner ON recovery_codes (owner_id);
CREATE TABLE passkeys (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE, public_key TEXT NOT NULL,
        sign_count BIGINT NOT NULL, name TEXT NOT NULL, synced SMALLINT NOT NULL, created_at BIGINT NOT NULL,
        used_at BIGINT);
CREATE INDEX passkeys_of_owner ON passkeys (owner_id, created_at);
CREATE TABLE used_challenges (hash TEXT PRIMARY KEY, expires_at BIGINT NOT NULL);
CREATE TABLE pending_owners (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
        credentials BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE TABLE subscribers (
        id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites (key), channel TEXT NOT NULL, address TEXT NOT NULL,
        keys TEXT NOT NULL DEFAULT '', lang TEXT NOT NULL, created_at BIGINT NOT NULL,
        told_at BIGINT NOT NULL DEFAULT 0, UNIQUE (site, channel, address));
CREATE TABLE subscriptions (
        id TEXT PRIMARY KEY, site TEXT NOT NULL,
        subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE, visitor_id TEXT NOT NULL,
        kind TEXT NOT NULL, page TEXT NOT NULL, created_at BIGINT NOT NULL, confirmed_at BIGINT, expires_at BIGINT,
        UNIQUE (subscriber_id, visitor_id, kind, page));
CREATE TABLE subscription_news (
        comment_id TEXT PRIMARY KEY, site TEXT NOT NULL, fresh SMALLINT NOT NULL);
CREATE TABLE subscription_deliveries (
        id TEXT PRIMARY KEY, subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
        site TEXT NOT NULL, page TEXT NOT NULL, comment_id TEXT NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL,
        at BIGINT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', UNIQUE (subscriber_id, key));
CREATE TABLE stopped_addresses (
        hash TEXT PRIMARY KEY, reason TEXT NOT NULL, at BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX subscriptions_of_page ON subscriptions (site, kind, page, subscriber_id);
CREATE INDEX subscriptions_of_visitor ON subscriptions (visitor_id, kind);
CREATE INDEX subscription_deliveries_waiting ON subscription_deliveries (subscriber_id, page, at)
        WHERE state = 'waiting';
CREATE TABLE events (position INTEGER PRIMARY KEY, channel TEXT NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL,
        afresh SMALLINT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX events_of_subject ON events (channel, subject);
CREATE TABLE servers (
        id TEXT PRIMARY KEY, host TEXT NOT NULL, pid BIGINT NOT NULL, key TEXT NOT NULL, ahead BIGINT NOT NULL,
        seen_at BIGINT NOT NULL);
CREATE TABLE paces (bucket TEXT PRIMARY KEY, since BIGINT NOT NULL, count BIGINT NOT NULL);
INSERT INTO address_bans VALUES ('b1', 'demo', '203.0.113.0/24', 1, NULL, 'spam', 'anna@bakery.example', 9000);
INSERT INTO alembic_version VALUES ('0034');
INSERT INTO answer_revisions VALUES ('r1', 'demo', 'c2', 'owner', 'verified', 'At 7:30.', '<p>At 7:30.</p>', '', 9000);
INSERT INTO answers VALUES ('c2', 'comment', 'demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 'c1', 'v1', 'k', 'done', 'At 7:30.', '<p>At 7:30.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 4000, 4000, NULL, NULL, NULL, NULL, 5000, 0, 0, 0, NULL, 1, 0, '[]', '{}', NULL, NULL, 0, NULL, NULL, 0, '', 'partly', 0.83, '', 'mcp');
INSERT INTO answers VALUES ('lost-twice', 'chat', 'demo', '/', '', '', 'q-lost', 'v', 'x', 'queued', '', '', '[]', 'p', 'm', '', 0, 0, NULL, NULL, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 1, NULL, '[]', '{}', NULL, NULL, 0, NULL, NULL, 2, '', '', NULL, '', '');
INSERT INTO answers VALUES ('c4', 'thread', 'demo', '/rye.html', '', '', 'c1', 'v1', 'k', 'done', 'At 8.', '<p>At 8.</p>', '[]', '', '', '', 0, 0, NULL, NULL, 0, 6000, 6000, NULL, NULL, NULL, NULL, NULL, 0, 1, 0, NULL, 1, 0, '[]', '{}', NULL, NULL, 0, NULL, NULL, 0, '', 'partly', NULL, '', '');
INSERT INTO audit VALUES (1, 'demo', 9000, 'anna@bakery.example', 'hidden', 'comment', 'c1', 'published', 'hidden', 'off topic');
INSERT INTO blocked_identities VALUES ('demo', 'h', 1000);
INSERT INTO comment_changes VALUES ('c', 'edited', 's', 'v', 1795953600000);
INSERT INTO comments VALUES ('c1', 'demo', '/rye.html', NULL, 'c1', 0, 'v1', 'guest', 'Mina', NULL, 'When do you open?', '<p>When do you open?</p>', 'published', 4000, NULL, 1, 0, 0.5, NULL, NULL, 0, NULL, 1, 0);
INSERT INTO comments VALUES ('c2', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, '', '', 'published', 5000, NULL, 0, 0, 0.0, NULL, NULL, 1, NULL, 0, 0);
INSERT INTO comments VALUES ('c4', 'demo', '/rye.html', 'c1', 'c1', 1, NULL, 'ai', 'AI', NULL, '', '', 'published', 6000, NULL, 0, 0, 0.0, NULL, NULL, 0, NULL, 0, 0);
INSERT INTO comments VALUES ('counted', 'demo', '/counted/', NULL, 'counted', 0, NULL, 'guest', '', NULL, 'Why?', '', 'published', 1, NULL, 0, 0, 0.0, NULL, NULL, 0, NULL, 1, 0);
INSERT INTO comments VALUES ('uncounted', 'demo', '/counted/', 'counted', 'counted', 1, NULL, 'ai', '', NULL, 'So.', '', 'published', 2, NULL, 0, 0, 0.0, NULL, NULL, 0, NULL, 0, 0);
INSERT INTO events VALUES (1, 'page:demo:/a', 'c1', 'comment.removed', '{"id":"c1"}', 1, 1790000000000);
INSERT INTO feedback VALUES ('c2', 'v2', 1, '', 6000);
INSERT INTO flags VALUES ('answers', 'on', 9000);
INSERT INTO identities VALUES ('i1', 'demo', 'https://github.com', '42', 'v2', NULL, 7000, 7000);
INSERT INTO jobs VALUES ('job-waits', 'crawl', 'demo', 'demo', '{}', 1, 9999999999999, NULL, 0, NULL, '', NULL);
INSERT INTO jobs VALUES ('job-dead', 'mail_link', NULL, 'demo', '{"id":"m"}', 1, NULL, NULL, 6, NULL, 'The mail server has not taken a message: code 550.', 2);
INSERT INTO leases VALUES ('schedule', 'one', 5);
INSERT INTO log_changes VALUES (1, 'comment', 'c1');
INSERT INTO log_changes VALUES (2, 'comment', 'c2');
INSERT INTO log_changes VALUES (3, 'comment', 'c4');
INSERT INTO log_changes VALUES (4, 'comment', 'counted');
INSERT INTO log_changes VALUES (5, 'comment', 'uncounted');
INSERT INTO maintenance_runs VALUES ('backup', 1000, 'ok', '/var/backups/answerback/answerback-2026-11-23T031500Z.tar', 276000000);
INSERT INTO notice_choices VALUES ('o1', 'demo', 'review', 'now', 1, 1);
INSERT INTO owner_sessions VALUES ('of-29', 'o1', 1700000000000, 1800000000000, 's29', 'Firefox · Linux', 1700000000000, 1700000000000);
INSERT INTO owner_sites VALUES ('o1', 'demo', 'owner');
INSERT INTO owners VALUES ('o1', 'anna@bakery.example', NULL, 1, 1000, 0, 'owner');
INSERT INTO paces VALUES ('sessions:abc', 1790000000000, 2);
INSERT INTO page_aliases VALUES ('demo', '/old.html', '/rye.html', 1);
INSERT INTO passage_terms VALUES ('demo', 'rye', 'open 7:30');
INSERT INTO passages VALUES (1, 'demo', 'https://bakery.example/rye.html', 0, 'Rye', '', 'We open at 7:30.');
INSERT INTO passkeys VALUES ('k29', 'o1', 'pQECAyYgASFYIA', 3, 'Phone', 1, 1700000000000, NULL);
INSERT INTO quota_holds VALUES ('c9', 'v1', '2026-11-23', 1);
INSERT INTO quota_usage VALUES ('v1', '2026-11-23', 1);
INSERT INTO received_mails VALUES ('m', 'n', 'h', '', '', 1795953600000);
INSERT INTO refused_origins VALUES ('demo', 'https://www.blog.example', 1764000000000, 0);
INSERT INTO reply_addresses VALUES ('h', 'o', 's', 'c', 1, 'v', 1795953600000);
INSERT INTO reputation_entries VALUES ('demo', 'pills.example', 'mine');
INSERT INTO reputation_lists VALUES ('demo', 'mine', 1, 9000);
INSERT INTO saved_replies VALUES ('sr1', 'demo', 'Thanks', 'Thank you, {name}.', 1);
INSERT INTO saved_views VALUES ('sv1', 'o1', 'Held', 'state=pending', 1);
INSERT INTO schedule VALUES ('sweep', 5);
INSERT INTO servers VALUES ('s1', 'one', 7, 'abc', 0, 1790000000000);
INSERT INTO sign_ins VALUES ('s1', 'demo', 'https://bakery.example', '/rye.html', 'n', 'c', 'ko', 'b', 7000, 8000, NULL);
INSERT INTO site_pages VALUES ('demo', 'https://bakery.example/rye.html', 'Rye', 'h', 'ok', 1, '', '', 8000, 0, 0, 0, 0, '');
INSERT INTO sites VALUES ('demo', '{"origins":"https://bakery.example","name":"Bakery","max_answers_per_thread":"3","answer_moderation":"words"}', 1000, 1000);
INSERT INTO stopped_addresses VALUES ('0123', 'bounce', 0, 0);
INSERT INTO subscribers VALUES ('subscriber-1', 'demo', 'email', 'mina@example.com', '', 'en', 0, 0);
INSERT INTO subscription_deliveries VALUES ('delivery-1', 'subscriber-1', 'demo', '/rye.html', 'c2', 'answered', 'answered:c2', 0, 'sent', 'message-1');
INSERT INTO subscription_news VALUES ('counted', 'demo', 0);
INSERT INTO subscriptions VALUES ('subscription-1', 'demo', 'subscriber-1', 'v1', 'replies', '', 0, 0, NULL);
INSERT INTO suggested_aliases VALUES ('demo', '/older.html', '/rye.html', 'redirect', 1, 0);
INSERT INTO text_prints VALUES (34359738367, 9000, 'c1');
INSERT INTO thread_changes VALUES (1, 'demo', '/rye.html', 0);
INSERT INTO thread_changes VALUES (2, 'demo', '/rye.html', 0);
INSERT INTO thread_changes VALUES (3, 'demo', '/rye.html', 0);
INSERT INTO thread_changes VALUES (4, 'demo', '/rye.html', 0);
INSERT INTO thread_changes VALUES (5, 'demo', '/counted/', 1);
INSERT INTO thread_changes VALUES (6, 'demo', '/counted/', 0);
INSERT INTO threads VALUES ('demo', '/rye.html', 'https://bakery.example/rye.html', 'Rye', 0, 3000, NULL, 1, 1, NULL, 99000);
INSERT INTO threads VALUES ('demo', '/counted/', '', '', 0, 1, NULL, 0, 0, NULL, NULL);
INSERT INTO visitor_notes VALUES ('n1', 'demo', 'v1', 'anna@bakery.example', 'A regular', 9000);
INSERT INTO visitors VALUES ('v1', 'demo', 'guest', 'Mina', NULL, NULL, NULL, NULL, 0, 2000, NULL, 0, NULL, 0, 0, '');
INSERT INTO visitors VALUES ('v2', 'demo', 'user', '김민수', 'minsu@example.com', 'x', NULL, NULL, 0, 2000, NULL, 0, NULL, 0, 1, '');
INSERT INTO votes VALUES ('c1', 'v2', 1, '/rye.html', 1);
INSERT INTO votes VALUES ('c1', 'v1', -1, '/rye.html', 0);
INSERT INTO webhook_deliveries VALUES ('msg_1', 'webhook-1', 'demo', 'comment.held', 'c1', 'comment.held:c1:0', 0, 'done', 0, 0, '', NULL);
INSERT INTO webhooks VALUES ('webhook-1', 'demo', 'https://hooks.example/', 'generic', 'comment.held', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=', '', 0, 1, NULL, NULL, 0, 0, '');
CREATE TRIGGER answer_changed AFTER UPDATE OF state, question_id, model, provider, sources, verified_by_owner, retry_at, error, outdated,
        revised_at ON answers WHEN NEW.kind = 'thread' BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, 0);
    END;
CREATE TRIGGER thread_locked AFTER UPDATE OF locked ON threads BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, 0);
    END;
CREATE TRIGGER answer_needs_owner AFTER UPDATE OF state, retry_at, dismissed_at, revised_at, verified_by_owner, supported, support_reason, draft ON answers
    WHEN NEW.state IN ('done', 'failed', 'withheld') OR OLD.state IN ('done', 'failed', 'withheld') BEGIN
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
    END;
CREATE TRIGGER answer_added AFTER INSERT ON answers WHEN NEW.kind = 'thread' BEGIN
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id IN (SELECT r.id FROM answers r WHERE r.question_id = NEW.question_id
        AND r.kind = 'refused');
    END;
CREATE TRIGGER comment_left AFTER UPDATE OF state ON comments WHEN (OLD.state = 'pending' AND NEW.state <> 'pending') OR NEW.state IN ('deleted', 'hidden') BEGIN
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id = NEW.id AND (NEW.state <> 'hidden' OR OLD.state = 'pending' OR auto_hidden = 0)
        AND (NEW.author_kind <> 'ai' OR kind = 'draft' OR NEW.state <> 'published');
        UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id IN (SELECT a.id FROM answers a WHERE a.question_id = NEW.id)
        AND NEW.state IN ('deleted', 'hidden');
    END;
CREATE TRIGGER alert_added AFTER INSERT ON budget_alerts BEGIN INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        VALUES ('budget:' || NEW.site || ':' || NEW.budget || ':' || NEW.day, NEW.site, 'alert', '', 'open', NEW.at) ON CONFLICT (id) DO NOTHING; END;
CREATE TRIGGER alert_over AFTER DELETE ON budget_alerts BEGIN UPDATE reviewables SET state = 'closed', version = version + 1 WHERE state = 'open' AND id = 'budget:' || OLD.site || ':' || OLD.budget || ':' || OLD.day; END;
CREATE TRIGGER reply_added AFTER INSERT ON comments WHEN NEW.depth > 0 BEGIN
        UPDATE comments SET shown = 1
            WHERE id = NEW.root_id AND shown = 0 AND NEW.state = 'published' AND state <> 'pending';
    END;
CREATE TRIGGER audit_is_not_changed AFTER UPDATE ON audit BEGIN
        SELECT RAISE(ABORT, 'the audit trail is not changed');
    END;
CREATE TRIGGER audit_is_kept AFTER DELETE ON audit WHEN OLD.at >= COALESCE((SELECT CAST(value AS BIGINT) FROM flags WHERE name = 'audit_before'), 0) BEGIN
        SELECT RAISE(ABORT, 'the audit trail is kept');
    END;
CREATE TRIGGER log_comment AFTER INSERT ON comments WHEN NEW.body <> '' BEGIN INSERT INTO log_changes (entry, entry_id) VALUES ('comment', NEW.id); END;
CREATE TRIGGER log_edit AFTER UPDATE OF body ON comments BEGIN INSERT INTO log_changes (entry, entry_id) VALUES ('comment', NEW.id); END;
CREATE TRIGGER log_answer AFTER UPDATE OF body ON answers WHEN NEW.state IN ('done', 'stopped', 'failed', 'withheld') BEGIN
        INSERT INTO log_changes (entry, entry_id) VALUES (CASE WHEN NEW.kind = 'chat' THEN 'answer' ELSE 'comment' END, NEW.id); END;
CREATE TRIGGER log_new_answer AFTER INSERT ON answers WHEN NEW.body <> '' BEGIN
        INSERT INTO log_changes (entry, entry_id) VALUES (CASE WHEN NEW.kind = 'chat' THEN 'answer' ELSE 'comment' END, NEW.id); END;
CREATE TRIGGER log_question AFTER INSERT ON questions BEGIN INSERT INTO log_changes (entry, entry_id) VALUES ('question', NEW.id); END;
CREATE TRIGGER log_question_gone AFTER DELETE ON questions BEGIN INSERT INTO log_changes (entry, entry_id) VALUES ('question', OLD.id); END;
CREATE TRIGGER news_comment_added AFTER INSERT ON comments WHEN NEW.state = 'published' AND NEW.author_kind <> 'ai' BEGIN INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, 0
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO NOTHING; END;
CREATE TRIGGER news_comment_shown AFTER UPDATE OF state ON comments WHEN NEW.state = 'published' AND OLD.state <> 'published' BEGIN INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, 1
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO UPDATE SET fresh = 1; END;
CREATE TRIGGER news_answer AFTER UPDATE OF state, revised_at ON answers WHEN NEW.kind = 'thread' AND NEW.state = 'done' AND (OLD.state <> 'done'
        OR (NEW.revised_at IS NOT NULL AND NEW.revised_at <> COALESCE(OLD.revised_at, 0))) BEGIN INSERT INTO subscription_news (comment_id, site, fresh) SELECT NEW.id, NEW.site, 1
        WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.site = NEW.site)
        ON CONFLICT (comment_id) DO UPDATE SET fresh = 1; END;
CREATE TRIGGER comment_added AFTER INSERT ON comments BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, NEW.state = 'published' AND NEW.author_kind <> 'ai');
    END;
CREATE TRIGGER comment_changed AFTER UPDATE OF author_name, avatar_url, body, html, state, edited_at, up, down, pinned, visitor_id,
        author_kind ON comments BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (NEW.site, NEW.page, (NEW.state = 'published' AND NEW.author_kind <> 'ai') - (OLD.state = 'published' AND OLD.author_kind <> 'ai'));
        UPDATE comments SET shown = CASE WHEN state = 'published' THEN 1 WHEN state = 'pending' THEN 0
        WHEN EXISTS (SELECT 1 FROM comments r WHERE r.site = comments.site AND r.root_id = comments.id
            AND r.depth > 0 AND r.state = 'published') THEN 1 ELSE 0 END
        WHERE id = NEW.root_id AND depth = 0 AND NEW.state <> OLD.state;
    END;
CREATE TRIGGER comment_removed AFTER DELETE ON comments BEGIN
        INSERT INTO thread_changes (site, page, published) VALUES (OLD.site, OLD.page, -(OLD.state = 'published' AND OLD.author_kind <> 'ai'));
    END;
