"""What a decision has answered can be opened again when it is undone; votes under a shadow ban are kept uncounted; and
the words that decisions of before have kept to be undone go, since nothing can be undone after some seconds.
"""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE reports ADD COLUMN replied_at BIGINT",
    "ALTER TABLE votes ADD COLUMN counted SMALLINT NOT NULL DEFAULT 1",
    *(
        f"""UPDATE reviewables SET undo = '{{"state":"{state}"}}' WHERE undo LIKE '{{"state":"{state}",%'"""
        for state in ("published", "pending", "hidden")
    ),
)
