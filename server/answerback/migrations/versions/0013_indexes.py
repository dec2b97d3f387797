"""What visitors and their sign-ins look for is found along an index: their drafts, quota that is held, tokens by id."""

STATEMENTS: tuple[str, ...] = (
    "CREATE INDEX answers_drafts ON answers (visitor_id, page) WHERE draft = 1",
    "CREATE INDEX quota_holds_of_bucket ON quota_holds (bucket)",
    "CREATE INDEX sso_tokens_by_id ON sso_tokens (jti)",
)
