"""Origins from which pages have asked for a site's comments and were refused, for its owner to allow."""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE refused_origins (
        site TEXT NOT NULL REFERENCES sites (key), origin TEXT NOT NULL, seen_at BIGINT NOT NULL,
        dismissed SMALLINT NOT NULL DEFAULT 0, PRIMARY KEY (site, origin))""",
)
