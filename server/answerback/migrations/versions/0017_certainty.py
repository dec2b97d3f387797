"""How likely the site's passages were to answer a question."""

STATEMENTS: tuple[str, ...] = ("ALTER TABLE answers ADD COLUMN certainty DOUBLE PRECISION",)
