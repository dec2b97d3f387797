"""Why the site does not bear an answer."""

STATEMENTS: tuple[str, ...] = ("ALTER TABLE answers ADD COLUMN support_reason TEXT NOT NULL DEFAULT ''",)
