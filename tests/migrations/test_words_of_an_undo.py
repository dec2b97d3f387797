"""What decisions of before have kept to be undone loses its words by the upgrade."""

from __future__ import annotations

import pytest
from answerback.migrations import migrate
from answerback.migrations.revisions import Kind

from tests.migrations.databases import results, script
from tests.migrations.released import dump_of


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"state":"hidden","body":"Old","html":"<p>Old</p>","edited_at":null}', '{"state":"hidden"}'),
        ('{"state":"published","edit":{"body":"Old","html":"Old","at":1}}', '{"state":"published"}'),
        ('{"state":"pending"}', '{"state":"pending"}'),
        ('{"dismissed":true}', '{"dismissed":true}'),
    ],
)
def test_only_the_state_is_kept(url: str, kind: Kind, before: str, after: str) -> None:
    script(url, dump_of("0028", kind).read_text("utf-8"))
    script(
        url,
        f"""INSERT INTO reviewables (id, site, kind, page, state, opened_at, undo)
        VALUES ('kept', 'demo', 'held', '/', 'approved', 1, '{before}');""",
    )
    migrate(url)
    [found] = results(url, "SELECT undo FROM reviewables WHERE id = 'kept'")
    assert [tuple(row) for row in found] == [(after,)]
