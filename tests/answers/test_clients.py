"""Clients of a provider's server: what differs in how they call does not show in what they return."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping

import httpx2
import pytest
from answerback.answers.providers.http_client import Client, HttpClient, plain
from answerback.answers.providers.openai_client import OpenAIClient, through_the_sdk
from answerback.answers.providers.registry import DIALECTS

from tests.answers.test_dialects import made, serving
from tests.answers.test_openai_provider import asking, everything, text_of
from tests.services import free_port

pytestmark = pytest.mark.anyio
Connect = Callable[[str, Mapping[str, str]], Awaitable[Client]]
BOTH = pytest.mark.parametrize("connect", [plain, through_the_sdk])
DONE = ({"choices": [{"delta": {"content": "7:30."}, "finish_reason": "stop"}]}, "[DONE]")


@BOTH
async def test_refusal_is_returned_and_read(connect: Connect) -> None:
    async with serving({"error": {"message": "no such model"}}, status=404) as server:
        client = await connect(server.url, {"api-key": "k"})
        response = await client.send("/ask", {"model": "m"}, {"Idempotency-Key": "once"})
        await client.close()
    assert (response.status_code, b"no such model" in response.content) == (404, True)
    [(path, headers, body)] = server.asked
    assert (path, body) == ("/ask", {"model": "m"})
    assert headers == {
        "host": server.url.removeprefix("http://"), "connection": "keep-alive", "content-length": "13",
        "accept": "application/json", "accept-encoding": "identity", "content-type": "application/json",
        "user-agent": "Answerback", "api-key": "k", "idempotency-key": "once",
    }  # fmt: skip


@BOTH
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_client_does_not_try_again(connect: Connect, status: int) -> None:
    async with serving({"error": {}}, status=status) as server:
        client = await connect(server.url, {})
        await client.send("/ask", {}, {})
        await client.close()
    assert len(server.asked) == 1


@BOTH
async def test_unreachable_server_raises_the_same(connect: Connect) -> None:
    client = await connect(f"http://127.0.0.1:{free_port()}", {})
    with pytest.raises(httpx2.ConnectError):
        await client.send("/ask", {}, {})
    await client.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("openai", OpenAIClient),
        ("responses", OpenAIClient),
        ("azure", OpenAIClient),
        ("anthropic", HttpClient),
        ("gemini", HttpClient),
    ],
)
async def test_openai_dialects_go_through_its_sdk(name: str, kind: type) -> None:
    client = await DIALECTS[name].connect("http://127.0.0.1:9", {})
    assert type(client) is kind
    await client.close()


async def test_first_answers_at_once_share_a_client() -> None:
    async with serving(*DONE) as server:
        answerer = made("azure", server.url)
        answers = await asyncio.gather(*(everything(answerer, asking(answer_id=str(each))) for each in range(3)))
        await answerer.close()
    assert [text_of(events) for events in answers] == ["7:30."] * 3


async def test_sdk_is_not_loaded_before_the_first_answer() -> None:
    code = (
        "import sys; from answerback.answers.providers.calling import ModelAnswerer as A;"
        "from answerback.answers.providers.registry import DIALECTS as D;"
        "A(D['openai'], api_key='k', base_url=None, model='m'); print('openai' in sys.modules)"
    )
    loaded = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "False\n"
