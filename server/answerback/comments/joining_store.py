"""Moves a page's comments, questions and answers to another key."""

from __future__ import annotations

from ..core.buckets import page_bucket
from ..core.page_addresses import page_address
from ..core.pages import PageRules
from ..db.work import Work, many, one, run


def pages_of(site: str) -> Work[list[str]]:
    """All keys of the site that have any data."""
    rows = yield many(
        "SELECT page FROM threads WHERE site = :site UNION SELECT page FROM answers WHERE site = :site", site=site
    )
    return [row["page"] for row in rows]


def join(site: str, old: str, new: str, rules: PageRules) -> Work[None]:
    """Moves everything under an old key to a new one, into its thread if there is one."""
    keys = {"site": site, "old": old, "new": new}
    yield from _thread(site, old, new, rules)
    yield run("UPDATE comments SET page = :new WHERE site = :site AND page = :old", **keys)
    yield run(
        """UPDATE votes SET page = :new WHERE page = :old
        AND comment_id IN (SELECT id FROM comments WHERE site = :site AND page = :new)""",
        **keys,
    )
    yield run(
        """UPDATE questions SET page = :new WHERE id IN (SELECT question_id FROM answers
        WHERE site = :site AND page = :old AND kind = 'chat')""",
        **keys,
    )
    yield run("UPDATE answers SET page = :new WHERE site = :site AND page = :old", **keys)
    for table in ("reviewables", "held_edits"):
        yield run(f"UPDATE {table} SET page = :new WHERE site = :site AND page = :old", **keys)
    yield from _followers(keys)
    yield run("UPDATE thread_changes SET page = :new WHERE site = :site AND page = :old", **keys)
    yield run("DELETE FROM threads WHERE site = :site AND page = :old", site=site, old=old)
    for page in (old, new):  # drop cached bytes of both
        yield run("INSERT INTO thread_changes (site, page, published) VALUES (:site, :page, 0)", site=site, page=page)
    yield from _quota(page_bucket(site, old), page_bucket(site, new))


def _followers(keys: dict[str, str]) -> Work[None]:
    """Moves subscriptions; who follows both addresses keeps one, confirmed if either is."""
    same = """EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = subscriptions.subscriber_id
        AND s.visitor_id = subscriptions.visitor_id AND s.kind = subscriptions.kind AND s.page = """
    yield run(
        f"""DELETE FROM subscriptions WHERE site = :site AND page = :new AND confirmed_at IS NULL
        AND {same} :old)""",
        **keys,
    )
    yield run(f"DELETE FROM subscriptions WHERE site = :site AND page = :old AND {same} :new)", **keys)
    for table in ("subscriptions", "subscription_deliveries"):
        yield run(f"UPDATE {table} SET page = :new WHERE site = :site AND page = :old", **keys)


def _thread(site: str, old: str, new: str, rules: PageRules) -> Work[None]:
    """Merges thread rows: the new one's values win; the result is locked if either is."""
    row = yield one(
        """SELECT url, title, locked, ai, moderation, created_at, comments, url_by_owner FROM threads
        WHERE site = :site AND page = :old""",
        site=site, old=old,
    )  # fmt: skip
    if row is None:
        return
    url = row["url"] if row["url_by_owner"] else page_address(new, row["url"], rules)
    yield run(
        """INSERT INTO threads (site, page, url, title, locked, ai, moderation, created_at, comments, url_by_owner)
        VALUES (:site, :new, :url, :title, :locked, :ai, :moderation, :created_at, :comments, :url_by_owner)
        ON CONFLICT (site, page) DO UPDATE SET comments = threads.comments + excluded.comments,
            url = CASE WHEN threads.url = '' THEN excluded.url ELSE threads.url END,
            title = CASE WHEN threads.title = '' THEN excluded.title ELSE threads.title END,
            locked = CASE WHEN excluded.locked = 1 THEN 1 ELSE threads.locked END,
            ai = COALESCE(threads.ai, excluded.ai),
            moderation = COALESCE(threads.moderation, excluded.moderation),
            created_at = CASE WHEN excluded.created_at < threads.created_at
                THEN excluded.created_at ELSE threads.created_at END""",
        **(row | {"site": site, "new": new, "url": url}),
    )


def _quota(old: str, new: str) -> Work[None]:
    yield run(
        """INSERT INTO quota_usage (bucket, day, used)
        SELECT CAST(:new AS TEXT), day, used FROM quota_usage WHERE bucket = :old
        ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + excluded.used""",
        new=new, old=old,
    )  # fmt: skip
    yield run("DELETE FROM quota_usage WHERE bucket = :old", old=old)
    yield run("UPDATE quota_holds SET bucket = :new WHERE bucket = :old", new=new, old=old)
