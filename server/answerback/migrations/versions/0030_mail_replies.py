"""Addresses at which owners answer by mail, what has come there, and what has become of comments that were told of.

An address is kept as a hash: whoever reads the database cannot write as an owner. Of a mail its words are kept until
they are published or refused, and then its hash alone, by which the same mail is known again. A webhook's owner is the
one in whose name its links decide.
"""

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE reply_addresses (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL, site TEXT NOT NULL, comment_id TEXT NOT NULL,
        version BIGINT NOT NULL, seen TEXT NOT NULL, expires_at BIGINT NOT NULL)""",
    "CREATE INDEX reply_addresses_by_end ON reply_addresses (expires_at)",
    """CREATE TABLE received_mails (
        id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, address_hash TEXT NOT NULL, sender TEXT NOT NULL,
        words TEXT NOT NULL, at BIGINT NOT NULL)""",
    "CREATE INDEX received_mails_in_time ON received_mails (at)",
    "ALTER TABLE webhooks ADD COLUMN owner_id TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE comment_changes (
        comment_id TEXT NOT NULL, what TEXT NOT NULL, site TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (comment_id, what))""",
    "CREATE INDEX comment_changes_in_time ON comment_changes (site, at)",
)
