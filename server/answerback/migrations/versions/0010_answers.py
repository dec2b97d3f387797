"""Answers that workers die over end."""

STATEMENTS: tuple[str, ...] = ("ALTER TABLE answers ADD COLUMN lost_leases BIGINT NOT NULL DEFAULT 0",)
