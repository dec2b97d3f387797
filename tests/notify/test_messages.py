"""What webhooks send: payloads as they are described, and messages for chats, which visitors' words cannot bend."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from answerback.app.webhook_schemas import webhooks
from answerback.core.webhooks import MESSAGES, Told, addressed
from answerback.db.work import Work, run
from answerback.notify import webhooks_store as store
from answerback.notify.decision_links import DecisionLinks

from tests.contract import closed
from tests.notify.test_notices import comment
from tests.notify.test_webhooks import Exchange, exchange
from tests.services import runtime

__all__ = ["exchange"]
pytestmark = pytest.mark.anyio


async def test_messages_for_people_ping_and_format_nothing(exchange: Exchange) -> None:
    await exchange.db.write(lambda: store.remove("bread", "h1"))
    await exchange.add("slack", "slack")
    await exchange.add("discord", "discord")
    await exchange.db.write(lambda: comment("<!channel>", "bread", "published", "guest", exchange.clock.now()))
    sent = [json.loads(each.body) for each in await exchange.after(1)]
    [slack] = [each["text"] for each in sent if "text" in each]
    [discord] = [each for each in sent if "content" in each]
    assert slack.startswith("*Comment published · Bread · All about bread*\nJin: Words of &lt;b&gt;&lt;!channel&gt;")
    assert discord["content"].startswith("**Comment published · Bread · All about bread**\nJin\\: Words of \\<b\\>")
    assert discord["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("format", [*MESSAGES])
def test_long_words_of_visitors_fit_into_a_message(format: str) -> None:
    """Discord refuses more than 2,000 characters, and a webhook that refuses for a day is paused."""
    message = MESSAGES[format](
        Told("*" * 900, "_" * 50, "`" * 20_000, "https://comments.example/admin/comments/" + "x" * 60)
    )
    assert len(json.dumps(message)) <= 5_000
    assert len(message.get("text") or message.get("content") or message.get("message") or "") <= 2_000


TOLD = Told("Held · Bread", "Jin", "@all *Buy* [this](https://x.example) now", "https://c.example/1", "Open")


def test_chats_show_words_as_they_are_and_mention_nobody() -> None:
    assert MESSAGES["telegram"](TOLD)["text"] == "Held · Bread\nJin: @all *Buy* [this](https://x.example) now"
    mattermost = MESSAGES["mattermost"](TOLD)["text"]
    assert "@all" not in mattermost and "\\*Buy\\*" in mattermost and "\\[this\\]\\(" in mattermost
    card = MESSAGES["teams"](TOLD)["attachments"][0]["content"]
    assert [block["type"] for block in card["body"]] == ["RichTextBlock", "RichTextBlock"]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": "https://c.example/1"}]


@pytest.mark.parametrize(
    ("topic", "place"),
    [
        ("https://ntfy.sh/bread", "https://ntfy.sh/"),
        ("https://x.example/n/bread/?auth=a", "https://x.example/n/?auth=a"),
    ],
)
def test_topic_of_ntfy_moves_into_its_message(topic: str, place: str) -> None:
    url, payload = addressed("ntfy", topic, MESSAGES["ntfy"](TOLD))
    assert (url, payload["topic"], payload["click"]) == (place, "bread", "https://c.example/1")


async def test_telegram_is_given_buttons_of_the_owner_who_set_it_up(exchange: Exchange) -> None:
    [owner] = await exchange.db.fetch_all("SELECT id FROM owners")
    await exchange.db.write(lambda: store.remove("bread", "h1"))
    await exchange.add("telegram", "telegram", owner=owner["id"])
    await exchange.put("c1", state="pending")
    [taken] = await exchange.after(1)
    [row] = json.loads(taken.body)["reply_markup"]["inline_keyboard"]
    assert [each["text"] for each in row] == ["Approve", "Hide", "Spam", "Open"]
    link = DecisionLinks(runtime(exchange.db, exchange.clock).settings).read(row[0]["url"].partition("link=")[2])
    assert link is not None
    assert (link.owner, link.id, link.action, link.way) == (owner["id"], "c1", "approve", "telegram")
    await exchange.db.write(lambda: no_owners())
    await exchange.put("c2", state="pending")
    [later] = await exchange.after(1)
    assert [each["text"] for each in json.loads(later.body)["reply_markup"]["inline_keyboard"][0]] == ["Open"]


def no_owners() -> Work[None]:
    yield run("DELETE FROM owner_sites")


async def test_payloads_are_what_openapi_describes(exchange: Exchange) -> None:
    await exchange.put("c1")
    await exchange.put("c2", state="pending")
    hook = await exchange.hook()
    await exchange.db.write(lambda: exchange.webhooks.test(hook, exchange.clock.now()))
    sent = [json.loads(each.body) for each in await exchange.after(1)]
    assert {each["type"] for each in sent} == {"comment.published", "comment.held", "webhook.test"}
    described = webhooks()
    for each in sent:
        schema = described[each["type"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
        jsonschema_rs.validate(closed(schema), each)
