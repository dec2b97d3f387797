"""Identities, mail links, account sessions and erasure on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from answerback.accounts import identities
from answerback.accounts import store as people
from answerback.accounts.credentials_store import end_everything, hold, set_password
from answerback.accounts.identities import store as identity_store
from answerback.accounts.identities.model import NewIds, Profile
from answerback.accounts.privacy import erasing_store
from answerback.accounts.privacy.sweeping import Sweeping
from answerback.accounts.profile import store
from answerback.accounts.sign_in.attempts import FORGET_MS, FREE_OF_ADDRESS, WAITING_OF_ADDRESS, Attempts
from answerback.accounts.sign_in.mail_link import store as mail
from answerback.accounts.sign_in.mail_link.store import Link
from answerback.accounts.sign_in.oauth import store as states
from answerback.accounts.sign_in.oauth.store import State
from answerback.accounts.sign_in.sso import store as sso
from answerback.answers.record_store import record_of
from answerback.answers.reuse import store as asked
from answerback.clock import SteppedClock
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.db.work import IntegrityConflict, Work, run
from answerback.errors import LimitReached, Unauthorized

from tests.services import migrated_sqlite

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
PROFILE = Profile("https://kauth.kakao.com", "4611686018427387905", "Mina", "mina@example.com")


@pytest.fixture
async def db(database: Database) -> Database:
    def work() -> Work[None]:
        for key in ("demo", "other"):
            yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, '{}', 1, 1)", key=key)

    await database.write(work)
    return database


async def arrive(db: Database, number: int, site: str = "demo", profile: Profile = PROFILE) -> Visitor:
    return await db.write(lambda: identities.sign_in(site, profile, NewIds(f"v{number}", f"i{number}"), NOW + number))


async def test_an_identity_is_one_visitor_of_one_site(db: Database) -> None:
    first, again, elsewhere = await arrive(db, 1), await arrive(db, 2), await arrive(db, 3, "other")
    assert (first.id, again.id, elsewhere.id) == ("v1", "v1", "v3")
    found = await db.read(lambda: identity_store.visitors_of_subject(PROFILE.issuer, PROFILE.subject))
    assert {visitor.id for visitor in found} == {"v1", "v3"}
    assert (await db.read(lambda: identity_store.identities_of("v1")))[0].used_at == NOW + 2


async def test_old_login_failures_are_forgotten(db: Database) -> None:
    clock = SteppedClock()
    for bucket in ("email:demo:a@example.com", "email:demo:b@example.com"):
        await db.write(partial(people.count_failure, bucket, clock.now(), clock.now() - FORGET_MS))
        clock.advance(seconds=FORGET_MS / 1000 + 1)
        await Sweeping(db, clock).once()
        assert await db.fetch_all("SELECT bucket FROM login_failures") == []


async def test_old_login_failures_do_not_count(db: Database) -> None:
    for at, count in ((NOW, 1), (NOW + FORGET_MS, 2), (NOW + 2 * FORGET_MS + 1, 1)):
        await db.write(partial(people.count_failure, "email:demo:a@example.com", at, at - FORGET_MS))
        assert await people.failures(db, "email:demo:a@example.com") == (count, at)


async def test_guessing_at_many_accounts_is_slowed(db: Database) -> None:
    async def fail() -> None:
        return None

    attempts = Attempts(db, SteppedClock(NOW))
    for number in range(FREE_OF_ADDRESS):
        await attempts.attempt(f"email:demo:{number}@example.com", "address:one", fail)
    with pytest.raises(LimitReached):
        await attempts.attempt("email:demo:mina@example.com", "address:one", fail)
    await attempts.attempt("email:demo:mina@example.com", "address:other", fail)


async def test_one_address_cannot_fill_the_login_queue(db: Database) -> None:
    attempts, free = Attempts(db, SteppedClock(NOW)), asyncio.Event()

    async def check() -> bool:
        await free.wait()
        return True

    def attempt(number: int, address: str) -> Awaitable[bool | None]:
        return attempts.attempt(f"email:demo:{number}@example.com", f"address:{address}", check)

    waiting = [asyncio.ensure_future(attempt(number, "one")) for number in range(WAITING_OF_ADDRESS)]
    await asyncio.sleep(0)
    with pytest.raises(LimitReached):
        await attempt(-1, "one")
    waiting.append(asyncio.ensure_future(attempt(-2, "other")))
    free.set()
    assert all(await asyncio.gather(*waiting))
    assert await attempt(-3, "one"), "there is room again"


async def test_two_first_sign_ins_at_once_make_one_visitor(db: Database) -> None:
    async def go(number: int) -> str:
        try:
            return (await arrive(db, number)).id
        except IntegrityConflict:
            return (await arrive(db, number)).id

    assert len(set(await asyncio.gather(*(go(number) for number in range(20))))) == 1


async def test_last_method_count_is_exact(db: Database) -> None:
    visitor = await arrive(db, 1)
    other = Profile("https://github.com", "17")
    assert await db.write(lambda: identities.link(visitor, other, NewIds("", "i9"), NOW))
    assert await db.write(lambda: identities.link(visitor, other, NewIds("", "i8"), NOW))  # it is there already
    somebody = await arrive(db, 2, profile=Profile("https://github.com", "18"))
    assert not await db.write(lambda: identities.link(somebody, other, NewIds("", "i7"), NOW))
    assert await db.read(lambda: identity_store.ways_left("v1", without="i1")) == 1
    assert await db.write(lambda: identity_store.remove_identity("v1", "i1"))
    assert not await db.write(lambda: identity_store.remove_identity("v2", "i9"))
    assert await db.read(lambda: identity_store.ways_left("v1", without="i9")) == 0


async def test_a_state_is_used_once_by_its_browser(db: Database) -> None:
    state = State("kakao", "s1", "", "verifier", "nonce")
    await db.write(lambda: states.add_state("hash", "mine", state, NOW + 1000))
    for provider, browser, now in (("kakao", "theirs", NOW), ("github", "mine", NOW), ("kakao", "mine", NOW + 1000)):
        assert await db.write(lambda p=provider, b=browser, n=now: states.use_state("hash", p, b, n)) is None
    used = await asyncio.gather(*(db.write(lambda: states.use_state("hash", "kakao", "mine", NOW)) for _ in range(8)))
    assert [found for found in used if found] == [state]


def message(number: int, purpose: str = "sign_in", **changes: Any) -> Link:
    values = {"visitor_id": None, "sign_in_id": "s1", "lang": "ko", "expires_at": NOW + 900_000} | changes
    return Link(id=f"m{number}", purpose=purpose, site="demo", email="mina@example.com", **values)


async def test_a_message_is_sent_while_its_link_is_of_use(db: Database) -> None:
    await db.write(lambda: mail.add_link(message(1), NOW))
    assert await db.read(lambda: mail.unsent("m1", NOW)) == message(1)
    assert await db.read(lambda: mail.unsent("m1", NOW + 900_000)) is None
    await db.write(lambda: mail.arm("m1", "hash", "code"))
    await db.write(lambda: mail.set_sent("m1"))
    assert await db.read(lambda: mail.unsent("m1", NOW)) is None
    assert await mail.link_by_hash(db, "hash", NOW + 900_000) is None
    used = await asyncio.gather(*(db.write(lambda: mail.use_link("hash", NOW)) for _ in range(8)))
    assert len([link for link in used if link]) == 1


async def test_code_allows_five_concurrent_guesses(db: Database) -> None:
    await db.write(lambda: mail.add_link(message(1), NOW))
    await db.write(lambda: mail.arm("m1", "hash", "code"))
    found = await asyncio.gather(*(db.write(lambda: mail.guess("s1", NOW)) for _ in range(20)))
    assert [guess for guess in found if guess] == [("m1", "code")] * 5
    assert await db.write(lambda: mail.use_by_id("m1", NOW)) is not None
    assert await db.write(lambda: mail.use_by_id("m1", NOW)) is None


async def test_counts_begin_anew_after_their_window(db: Database) -> None:
    async def count(now: int) -> int:
        return await db.write(lambda: mail.count("bucket", now, 1000))

    assert [await count(NOW + moment) for moment in (0, 1, 999, 1000, 1500, 2000)] == [1, 2, 3, 1, 2, 1]


async def test_mail_reader_takes_the_account(db: Database) -> None:
    visitor = await db.write(lambda: mail.add_holder("v1", "demo", "mina@example.com", NOW))
    assert (visitor.id, visitor.kind, visitor.name) == ("v1", "user", "")
    holder = await db.read(lambda: mail.holder("demo", "mina@example.com"))
    assert holder is not None and holder.confirmed
    assert await db.read(lambda: mail.holder("other", "mina@example.com")) is None
    assert not await db.write(lambda: mail.confirm("v1", "else@example.com", NOW))
    await db.write(lambda: mail.add_link(message(1), NOW))
    await db.write(lambda: mail.prove("m1", "v1"))
    assert await mail.proved(db, "s1") == (visitor, "mina@example.com")
    await db.write(lambda: set_password("v1", "hash"))
    await db.write(lambda: mail.shut_out("v1", NOW, identities_too=True))


async def test_nobody_comes_in_by_what_was_ended(db: Database) -> None:
    visitor = await arrive(db, 1)
    await db.write(lambda: hold(visitor))
    await db.write(lambda: end_everything("v1", NOW))
    with pytest.raises(Unauthorized):
        await db.write(lambda: hold(visitor))
    await db.write(lambda: hold(replace(visitor, credentials=1)))


async def test_a_token_of_a_site_is_used_once(db: Database) -> None:
    assert not await db.write(lambda: sso.set_salt("nowhere", "salt", NOW))
    assert await db.write(lambda: sso.set_salt("demo", "salt", NOW))
    assert await db.write(lambda: sso.set_salt("demo", "another", NOW))
    assert (await sso.salt_of(db, "demo"), await sso.salt_of(db, "other")) == ("another", None)
    used = await asyncio.gather(*(db.write(lambda: sso.use_token("demo", "jti", NOW + 1000)) for _ in range(8)))
    assert sorted(used) == [False] * 7 + [True]
    assert await db.write(lambda: sso.use_token("other", "jti", NOW + 1000))
    assert await db.write(lambda: sso.drop_salt("demo"))
    assert not await db.write(lambda: sso.drop_salt("demo"))


async def test_an_account_page_opens_for_its_site_and_time(db: Database) -> None:
    visitor = await arrive(db, 1)
    await db.write(lambda: store.add_account_session("hash", visitor, NOW, NOW + 1000))
    account = await store.account_by_session(db, "demo", "hash", NOW)
    assert account is not None and account.visitor == visitor and account.proved_at == NOW
    assert await store.account_by_session(db, "other", "hash", NOW) is None
    assert await store.account_by_session(db, "demo", "hash", NOW + 1000) is None
    await db.write(lambda: store.end_account_session("hash"))
    assert await store.account_by_session(db, "demo", "hash", NOW) is None


async def test_removed_picture_does_not_return(db: Database) -> None:
    visitor = await arrive(db, 1)

    async def keep(id: str, *, only_first: bool) -> list[str] | None:
        return await db.write(
            lambda: store.keep_picture(id, visitor, "image/png", "data", f"/avatars/{id}", NOW, only_first=only_first)
        )

    assert await keep("a1", only_first=True) == []
    assert await keep("a2", only_first=True) is None
    assert await store.picture(db, "a1") == ("image/png", "data")
    await db.write(lambda: store.drop_picture(visitor))
    assert await store.picture(db, "a1") is None
    assert await keep("a3", only_first=True) is None
    assert await keep("a4", only_first=False) == []


def test_export_covers_every_personal_table() -> None:
    """Whoever adds a table about visitors adds it here, or says why not."""
    connection = sqlite3.connect(migrated_sqlite())
    columns = connection.execute(
        """SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.name IN ('visitor_id', 'proved_by')"""
    )
    kept = {name for (name,) in columns}
    connection.close()
    assert kept >= {"comments", "sessions", "mail_links"}
    told = set(re.findall(r"(?:FROM|JOIN) (\w+)", " ".join(store.OWN_DATA.values())))
    assert kept - told == {"sign_in_codes"}  # which live for a minute


@pytest.mark.parametrize("keep_words", [False, True])
async def test_erasing_leaves_at_most_comments(db: Database, keep_words: bool) -> None:
    visitor = await arrive(db, 1)

    def write_much() -> Work[None]:
        for sql in _MUCH:
            yield run(sql)
        yield from store.add_account_session("hash", visitor, NOW, NOW + 1000)
        yield from store.rename(visitor, "Min A")

    await db.write(write_much)
    own = await db.read(lambda: store.own_data(visitor))
    assert {name: len(rows) for name, rows in own.items()} == {
        "account": 1, "picture": 0, "ways_in": 1, "sessions": 1, "account_pages": 1, "messages": 0, "answers_a_day": 1,
        "comments": 2, "questions": 1, "votes": 1, "held_edits": 0, "reports": 1, "decisions": 0, "owners_notes": 0,
        "feedback": 1, "subscriptions": 1, "notifications": 1,
    }  # fmt: skip
    assert [device.agent for device in await db.read(lambda: store.devices("v1", NOW))] == ["Firefox · Linux"]
    assert await db.write(lambda: erasing_store.erase(visitor, "nobody", keep_words=keep_words)) == ["/p"]
    comments = await db.fetch_all(
        "SELECT id, state, body, author_name, visitor_id, address_key FROM comments ORDER BY id"
    )
    state, body = ("published", "words") if keep_words else ("deleted", "")
    assert comments[0] == {
        "id": "c1", "state": state, "body": body, "author_name": "", "visitor_id": None, "address_key": None
    }  # fmt: skip
    assert (comments[1]["state"], comments[1]["body"]) == ("deleted", "")  # nobody but the owner has seen it
    assert await db.fetch_all("SELECT visitor_id, value FROM votes") == [{"visitor_id": "nobody", "value": 1}]
    answers = await db.fetch_all("SELECT id, visitor_id, address_key, body, tokens_in FROM answers ORDER BY id")
    assert [(row["visitor_id"], row["address_key"], row["tokens_in"]) for row in answers] == [("", "", 7), ("", "", 7)]
    assert {row["id"]: row["body"] for row in answers} == {"a1": "answer", "a2": ""}
    for table in ("visitors", "sessions", "identities", "account_sessions", "questions", "quota_usage", *_SUBSCRIBED):
        assert await db.fetch_all(f"SELECT * FROM {table}") == [], table


async def everything(db: Database) -> str:
    """All rows of all tables, as one text."""
    if db.is_sqlite:
        names = await db.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        names = await db.fetch_all("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    rows = {row["name"]: await db.fetch_all(f"SELECT * FROM {row['name']}") for row in names}
    assert {
        "answered_questions",
        "answered_question_terms",
        "answer_revisions",
        "feedback",
        "reports",
        "questions",
    } <= set(rows)
    return str(rows)


@pytest.mark.parametrize("keep_words", [False, True])
async def test_full_erasure_leaves_no_text(db: Database, keep_words: bool) -> None:
    visitor = await arrive(db, 1)

    def write_much() -> Work[None]:
        for sql in _CANARIES:
            yield run(sql)
        for question, answer in (("c1", "a1"), ("c2", "a2")):
            yield from asked.remember("demo", question, answer, [f"canary{question}"], NOW)
        yield from set_password(visitor.id, "canary")

    await db.write(write_much)
    assert "canary" in await everything(db)
    await db.write(lambda: erasing_store.erase(visitor, "nobody", keep_words=keep_words))
    left = set(re.findall(r"canary\w*", await everything(db)))
    # What was published stays where the visitor wanted so, with the terms by which it is found and the draft below it.
    assert left == ({"canaryc1", "canarypublished", "canarydraft"} if keep_words else set())
    assert "'v1'" not in await everything(db)
    record = await db.read(lambda: record_of("demo", "a3"))
    assert record is not None
    assert (record.question, record.body, record.sources, record.tokens_in) == ("", "", [], 7)
    assert [said.helpful for said in record.feedback] == [False]


_SUBSCRIBED = ("subscribers", "subscriptions", "subscription_deliveries")
_MUCH = (
    """INSERT INTO subscribers (id, site, channel, address, lang, created_at)
        VALUES ('r1', 'demo', 'email', 'mina@example.com', 'en', 1)""",
    """INSERT INTO subscriptions (id, site, subscriber_id, visitor_id, kind, page, created_at, confirmed_at)
        VALUES ('w1', 'demo', 'r1', 'v1', 'replies', '', 1, 1)""",
    """INSERT INTO subscription_deliveries (id, subscriber_id, site, page, comment_id, what, key, at, state)
        VALUES ('d1', 'r1', 'demo', '/p', 'c9', 'reply', 'comment:c9', 1, 'sent')""",
    "INSERT INTO threads (site, page, url, title, created_at) VALUES ('demo', '/p', '', '', 1)",
    """INSERT INTO comments (id, site, page, root_id, depth, visitor_id, author_kind, author_name, body, html, state,
        created_at, address_key) VALUES
        ('c1', 'demo', '/p', 'c1', 0, 'v1', 'user', 'Mina', 'words', 'words', 'published', 1, 'address'),
        ('c2', 'demo', '/p', 'c2', 0, 'v1', 'user', 'Mina', 'waiting', 'waiting', 'pending', 2, 'address')""",
    """INSERT INTO sessions (id, site, visitor_id, origin, agent, created_at, expires_at)
        VALUES ('s1', 'demo', 'v1', 'https://a.example', 'Firefox · Linux', 1, 1790000100000)""",
    "INSERT INTO votes (comment_id, visitor_id, value) VALUES ('c1', 'v1', 1)",
    "INSERT INTO reports (comment_id, visitor_id, reason, created_at) VALUES ('c1', 'v1', 'spam', 1)",
    """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
        VALUES ('q1', 'demo', '/p', 'v1', 'secret', 'secret', 'key', 1)""",
    """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, body,
        tokens_in, queued_at, due_at) VALUES
        ('a1', 'thread', 'demo', '/p', '', '', 'c1', 'v1', 'address', 'done', 'answer', 7, 1, 1),
        ('a2', 'chat', 'demo', '/p', '', '', 'q1', 'v1', 'address', 'done', 'private', 7, 1, 1)""",
    "INSERT INTO feedback (answer_id, visitor_id, helpful, reason, created_at) VALUES ('a1', 'v1', 1, '', 1)",
    "INSERT INTO quota_usage (bucket, day, used) VALUES ('visitor:demo:v1', '2026-11-23', 2)",
)
_CANARIES = (
    "INSERT INTO threads (site, page, url, title, created_at) VALUES ('demo', '/p', '', '', 1)",
    """INSERT INTO comments (id, site, page, root_id, depth, visitor_id, author_kind, author_name, body, html, state,
        created_at) VALUES
        ('c1', 'demo', '/p', 'c1', 0, 'v1', 'user', 'canary', 'canarypublished', 'canarypublished', 'published', 1),
        ('c2', 'demo', '/p', 'c2', 0, 'v1', 'user', 'canary', 'canaryhidden', 'canaryhidden', 'hidden', 2),
        ('a1', 'demo', '/p', 'c1', 1, NULL, 'ai', 'AI', 'canarydraft', 'canarydraft', 'pending', 3),
        ('a2', 'demo', '/p', 'c2', 1, NULL, 'ai', 'AI', 'An answer', 'An answer', 'published', 4)""",
    """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
        VALUES ('q1', 'demo', '/p', 'v1', 'canaryquestion', 'canaryquestion', 'key', 1)""",
    """INSERT INTO answers (id, kind, site, page, url, hint, title, question_id, visitor_id, address_key, state, body,
        html, sources, passages, tokens_in, queued_at, due_at, draft) VALUES
        ('a1', 'thread', 'demo', '/p', '', '', '', 'c1', 'v1', 'canary', 'done', 'canarydraft', 'canarydraft',
            '[]', '[]', 7, 1, 1, 1),
        ('a2', 'thread', 'demo', '/p', '', 'https://a.example/p?canaryhint', '', 'c2', 'v1', 'canary', 'done',
            'An answer', 'An answer', '[]', '[]', 7, 1, 1, 0),
        ('a3', 'chat', 'demo', '/p', 'https://a.example/?canaryurl', 'https://a.example/?canaryhint', 'canarytitle',
            'q1', 'v1', 'canary', 'done', 'canaryprivate', 'canaryprivate',
            '[{"quote":"canaryquote","url":"","title":""}]',
            '[{"url":"https://a.example/?canarypassage","hash":"0123456789abcdef"}]', 7, 1, 1, 0)""",
    """INSERT INTO answer_revisions (id, site, comment_id, author, action, body, html, note, created_at) VALUES
        ('r1', 'demo', 'a2', 'ai', 'answered', 'An answer', 'An answer', '', 5),
        ('r2', 'demo', 'a1', 'ai', 'answered', 'canarydraft', 'canarydraft', '', 5)""",
    """INSERT INTO feedback (answer_id, visitor_id, helpful, reason, created_at)
        VALUES ('a3', 'v1', 0, 'canaryreason', 1)""",
    "INSERT INTO reports (comment_id, visitor_id, reason, created_at) VALUES ('a2', 'v1', 'canaryreport', 1)",
    """INSERT INTO mail_links (id, purpose, site, email, lang, created_at, expires_at, proved_by, state, due_at)
        VALUES ('m1', 'sign_in', 'demo', 'before@example.com', 'en', 1, 2, 'v1', 'sent', 1)""",
    """INSERT INTO reviewables (id, site, kind, page, state, opened_at, undo) VALUES
        ('c1', 'demo', 'held', '/p', 'approved', 1, '{"body":"canaryundo"}')""",
    """INSERT INTO held_edits (comment_id, site, page, visitor_id, body, html, at) VALUES
        ('c1', 'demo', '/p', 'v1', 'canaryedit', 'canaryedit', 1)""",
)
