"""The upgrade that leaves answers by the AI out of the counts of comments counts anew."""

from __future__ import annotations

from answerback.migrations import migrate
from answerback.migrations.revisions import Kind

from tests.migrations.databases import results, script
from tests.migrations.released import dump_of

COLUMNS = "id, site, page, parent_id, root_id, depth, author_kind, author_name, body, html, state, created_at"


def test_answers_leave_the_count(url: str, kind: Kind) -> None:
    script(url, dump_of("0033", kind).read_text("utf-8"))
    script(
        url,
        f"""INSERT INTO threads (site, page, url, title, locked, created_at) VALUES ('demo', '/c/', '', '', 0, 1);
        INSERT INTO comments ({COLUMNS}) VALUES
        ('why', 'demo', '/c/', NULL, 'why', 0, 'guest', '', 'Why?', '', 'published', 1),
        ('so', 'demo', '/c/', 'why', 'why', 1, 'ai', '', 'So.', '', 'published', 2),
        ('well', 'demo', '/c/', NULL, 'well', 0, 'guest', '', 'Well.', '', 'pending', 3);""",
    )
    migrate(url)
    [found] = results(
        url,
        """SELECT comments, (SELECT SUM(published) FROM thread_changes WHERE page = '/c/') FROM threads
        WHERE page = '/c/'""",
    )
    assert [tuple(row) for row in found] == [(1, 0)]
