"""What programs read and ask: MCP by its own client, NLWeb, `/llms.txt` and Markdown, within a site's limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from answerback.agents.handlers import MODES

from tests.http.signing import rows
from tests.http.test_corrections import sign_in
from tests.services import Server, Site

if TYPE_CHECKING:
    from mcp import Client

pytestmark = pytest.mark.anyio
HOURS = "When do you open on Saturdays?"
LIMITS = {"address_daily_answers": "unlimited", "address_comments_per_minute": "unlimited"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Site.start() as site:
        folder = tmp_path_factory.mktemp("agents")
        with Server.start(folder, site, name="Harbour [bakery]", agents="ask", **LIMITS) as server:
            server.command("site", "crawl", "demo")
            server.command("site", "add", "closed", "--origin", "https://closed.example")
            yield server


def client_of(address: str) -> Client:
    """The protocol's own client, which takes a second to import: where it is used alone."""
    from mcp import Client

    return Client(address)


def told(result: Any) -> Any:
    return json.loads(result.content[0].text)


async def test_mcp_searches_and_asks(server: Server) -> None:
    async with client_of(f"{server.url}/mcp?site=demo") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "ask"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        found = told(await client.call_tool("search", {"query": HOURS, "limit": 2}))["results"]
        assert found[0]["url"] == f"{server.site.origin}/bakery.html" and "9:00 on Saturdays" in found[0]["text"]
        answered = (await client.call_tool("ask", {"query": HOURS})).structured_content
        assert "9:00" in answered["answer"] and answered["supported"]
        assert answered["sources"][0]["url"] == f"{server.site.origin}/bakery.html"
    counted = server.call("GET", "/metrics").body.decode()
    assert 'answerback_agent_calls_total{call="ask",via="mcp"} 1.0' in counted
    [(kind, via)] = rows(server, "SELECT kind, via FROM answers WHERE via <> ''")
    assert (kind, via) == ("chat", "mcp")
    record = json.loads(server.command("export", "demo", "--answers").stdout)["answers"]
    assert [item["via"] for item in record] == ["mcp"]


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("search", {"query": ""}, "validation_failed"),
        ("search", {"query": "x" * 2_001}, "validation_failed"),
        ("ask", {"query": HOURS, "url": "http://169.254.169.254/latest/"}, "validation_failed"),
        ("ask", {"query": HOURS, "url": "//evil.example/"}, "validation_failed"),
        ("ask", {"query": HOURS, "url": "http://["}, "validation_failed"),
        ("ask", {"query": HOURS, "url": "/\x00"}, "validation_failed"),
        ("delete", {"query": "x"}, "validation_failed"),
    ],
)
async def test_bad_calls_have_codes(server: Server, tool: str, arguments: dict[str, Any], code: str) -> None:
    async with client_of(f"{server.url}/mcp?site=demo") as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error and told(result)["code"] == code


async def test_programs_have_no_conversation_of_others(server: Server) -> None:
    """Many people's programs share an address, as those of one provider do."""
    async with client_of(f"{server.url}/mcp?site=demo") as client:
        for _ in range(2):
            await client.call_tool("ask", {"query": "When was the bakery founded?"})
    asked = rows(server, "SELECT visitor_id FROM answers WHERE via = 'mcp'")
    assert len({id for (id,) in asked}) == len(asked) >= 2


async def test_limits_of_the_address_hold(server: Server) -> None:
    server.change(address_daily_answers="0")
    async with client_of(f"{server.url}/mcp?site=demo") as client:
        result = await client.call_tool("ask", {"query": HOURS})
        assert told(result)["code"] == "quota_exhausted"
        server.change(address_comments_per_minute="1", address_daily_answers="unlimited")
        codes = [(await client.call_tool("search", {"query": HOURS})).is_error for _ in range(2)]
    server.change(**LIMITS)
    assert codes == [False, True]


@pytest.mark.parametrize("path", ["/ask?site=demo&query=hours", "/llms.txt?site=demo", "/page.md?site=demo&url=/"])
def test_another_host_is_refused(server: Server, path: str) -> None:
    """A name that somebody points at this server makes it no part of their origin."""
    refused = server.call("GET", path, Host="rebound.example")
    assert (refused.status, refused.json["code"]) == (400, "validation_failed")


def test_programs_of_another_host_are_refused(server: Server) -> None:
    posted = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    assert server.call("POST", "/mcp?site=demo", posted, Host="rebound.example").status == 400


def test_a_banned_address_asks_nothing(server: Server) -> None:
    with sign_in(server, "banner@example.com", "demo") as owner:
        assert owner.send("/admin/bans/demo/add/", prefix="127.0.0.1").status_code == 303
        refused = [server.call("GET", f"/ask?site=demo&query=hours&mode={mode}").json["code"] for mode in MODES]
        assert owner.send("/admin/bans/demo/remove/", prefix="127.0.0.1/32").status_code == 303
    assert refused == ["visitor_blocked"] * len(MODES)
    assert server.call("GET", "/ask?site=demo&query=hours").status == 200


async def test_another_site_says_nothing_of_this_one(server: Server) -> None:
    server.command("site", "set", "closed", "agents=ask")
    server.change()
    async with client_of(f"{server.url}/mcp?site=closed") as client:
        assert told(await client.call_tool("search", {"query": HOURS})) == {"results": []}
    page = f"{server.site.origin}/bakery.html"
    assert server.call("GET", f"/page.md?site=demo&url={page}").status == 200
    assert server.call("GET", f"/page.md?site=closed&url={page}").status == 404
    assert "bakery" not in server.call("GET", "/llms.txt?site=closed").body.decode()
    assert server.call("GET", "/llms.txt").json["code"] == "site_required"
    server.command("site", "set", "closed", "agents=off")
    server.change()


async def test_what_is_off_is_not_there(server: Server) -> None:
    posted = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    assert server.call("POST", "/mcp?site=closed", posted).json["code"] == "site_unknown"
    for path in ("/ask?query=x", "/llms.txt?", "/page.md?url=x"):
        assert server.call("GET", f"{path}&site=closed").status == 404
    assert server.call("GET", "/mcp?site=demo").status == 405
    refused = server.call("POST", "/mcp?site=demo", posted, Origin="https://evil.example")
    assert (refused.status, refused.json["code"]) == (403, "origin_not_allowed")
    server.change(agents="search")
    async with client_of(f"{server.url}/mcp") as client:  # the only site that is open
        assert [tool.name for tool in (await client.list_tools()).tools] == ["search"]
        assert told(await client.call_tool("ask", {"query": HOURS}))["code"] == "ai_off"
    assert server.call("GET", "/ask?query=x&mode=generate").json["code"] == "ai_off"
    server.change(agents="ask")


def test_no_page_elsewhere_spends_a_visitors_quota(server: Server) -> None:
    before = rows(server, "SELECT COUNT(*) FROM answers")
    asking = f"/ask?site=demo&mode=generate&query={HOURS.replace(' ', '+')}"
    refused = server.call("GET", asking, Sec_Fetch_Site="cross-site")
    assert (refused.status, refused.json["code"]) == (403, "origin_not_allowed")
    plain = server.call("POST", "/ask", {"query": HOURS, "mode": "generate"}, Content_Type="text/plain")
    assert plain.json["code"] == "unsupported_media_type"
    assert rows(server, "SELECT COUNT(*) FROM answers") == before
    assert server.call("GET", "/llms.txt?site=demo", Sec_Fetch_Site="cross-site").status == 200, "a link leads there"


def test_bad_messages_are_refused(server: Server) -> None:
    accepted = {"Accept": "application/json, text/event-stream"}
    assert server.call("POST", "/mcp?site=demo", b"x" * 70_000, **accepted).status == 413
    for body in (b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff\xfe"):
        assert server.call("POST", "/mcp?site=demo", body, **accepted).status == 400
    posted = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    assert server.call("POST", "/mcp?site=demo", posted, Content_Type="text/plain", **accepted).status >= 400
    assert server.call("DELETE", "/mcp?site=demo").status == 405


def test_nlweb_lists_summarizes_and_generates(server: Server) -> None:
    listed = server.call("GET", "/ask?site=demo&query=When+do+you+open%3F").json
    assert (listed["mode"], listed["site"]) == ("list", "demo") and "answer" not in listed
    assert listed["results"][0]["name"] == "Harbour bakery"
    body = {"query": {"text": HOURS}, "site": "demo", "mode": "generate", "query_id": "mine"}
    made = server.call("POST", "/ask", body).json
    assert made["query_id"] == "mine" and "9:00" in made["answer"] and made["supported"]
    streamed = server.call(
        "GET", "/ask?site=demo&mode=summarize&streaming=true&query=When+do+you+open%3F"
    ).body.decode()
    kinds = [json.loads(line[6:])["message_type"] for line in streamed.splitlines() if line]
    assert kinds == ["result_batch", "summary", "complete"]
    for bad in ("query=", "query=x&mode=delete", "query=" + "x" * 2_001):
        assert server.call("GET", f"/ask?site=demo&{bad}").json["code"] == "validation_failed"
    vias = {via for (via,) in rows(server, "SELECT DISTINCT via FROM answers WHERE via <> ''")}
    assert "nlweb" in vias


def test_pages_are_read_as_markdown(server: Server) -> None:
    index = server.call("GET", "/llms.txt?site=demo").body.decode()
    assert index.startswith("# Harbour \\[bakery\\]\n\n> ")
    address = next(part for part in index.split("(") if "bakery.html" in part).partition(")")[0]
    page = server.call("GET", address.removeprefix(server.url))
    assert page.headers["content-type"].startswith("text/markdown")
    text = page.body.decode()
    assert text.startswith("# Harbour bakery\n") and "\n## Opening hours\n" in text.replace("### ", "## ")
    assert "9:00 on Saturdays" in text and "Home" not in text
    assert server.call("GET", "/page.md?site=demo&url=http://169.254.169.254/").status == 404
