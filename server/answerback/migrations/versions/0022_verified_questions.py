"""What an owner vouches for is found without going through all answers: the sitemap of verified questions lists it."""

STATEMENTS: tuple[str, ...] = (
    "CREATE INDEX answers_verified ON answers (site) WHERE verified_by_owner = 1",
    "CREATE INDEX comments_by_owner ON comments (site) WHERE author_kind = 'owner'",
)
