"""Mail that waits in a database of before jobs is sent after the upgrade."""

from __future__ import annotations

import pytest
from answerback.migrations import migrate
from answerback.migrations.revisions import Kind

from tests.migrations.databases import results, script
from tests.migrations.released import dump_of


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_waiting_mail_gets_a_job(url: str, kind: Kind, state: str) -> None:
    script(url, dump_of("0004", kind).read_text("utf-8"))
    script(
        url,
        f"""INSERT INTO mail_links (id, purpose, site, email, lang, created_at, expires_at, state, due_at)
        VALUES ('m-1', 'sign_in', 'demo', 'a@example.com', 'en', 1, 2, '{state}', 5);""",
    )
    migrate(url)
    [found] = results(url, "SELECT kind, site, data, due_at, tries FROM jobs")
    assert [tuple(row) for row in found] == ([("mail_link", "demo", '{"id":"m-1"}', 5, 0)] if state == "queued" else [])
