"""By which page a question was answered after all, and by which way a program has asked."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE answers ADD COLUMN closed_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE answers ADD COLUMN via TEXT NOT NULL DEFAULT ''",
)
