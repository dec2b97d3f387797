"""What has come of a crawl, where pages lead that are elsewhere, and which texts are kept only for who asked there."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE site_crawls ADD COLUMN report TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE site_pages ADD COLUMN missing BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE site_pages ADD COLUMN leads_to TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE page_texts ADD COLUMN size BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE page_texts ADD COLUMN asked SMALLINT NOT NULL DEFAULT 0",
    "CREATE INDEX page_texts_asked ON page_texts (site, fetched_at) WHERE asked = 1",
)
