"""What users of LiteLLM, vLLM, Ollama, llama.cpp, LM Studio, OpenRouter and LibreChat have met, met here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.core.answering import Finished

from tests.answers.test_dialects import made, serving
from tests.answers.test_openai_provider import TEXT, a_provider, everything, text_of
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio
DONE = "data: [DONE]\n\n"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> Iterator[OpenAIServer]:
    yield running
    running.reset()


def chunk(content: Any = "", finish: Any = None, **more: Any) -> str:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish, **more}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


async def heard(server: OpenAIServer, *chunks: str) -> list[Any]:
    server.script(default={"mode": "raw", "chunks": list(chunks)})
    async with a_provider(server.base_url) as answerer:
        return await everything(answerer)


async def failed(server: OpenAIServer, *chunks: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await heard(server, *chunks)
    return caught.value


async def test_empty_choices_in_the_middle_are_passed_over(server: OpenAIServer) -> None:
    """BerriAI/litellm#30761."""
    empty = 'data: {"choices": []}\n\n'
    events = await heard(server, empty, chunk("Open "), empty, chunk("now.", "stop"), DONE)
    assert text_of(events) == "Open now."


async def test_text_after_an_early_end_is_read(server: OpenAIServer) -> None:
    """Chevey339/kelivo#1003, BerriAI/litellm#376: a reason to finish before the first word."""
    assert text_of(await heard(server, chunk("", "stop"), chunk("Open."), chunk("", "stop"), DONE)) == "Open."


async def test_text_of_another_index_is_read(server: OpenAIServer) -> None:
    """BerriAI/litellm#12666."""
    assert text_of(await heard(server, chunk("Open.", "stop", index=1), DONE)) == "Open."


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource", "abort"])
async def test_broken_off_is_no_end(server: OpenAIServer, reason: str) -> None:
    """OpenRouter, Zhipu, DeepSeek and vLLM say so in `finish_reason`."""
    error = await failed(server, chunk("Open "), chunk("", reason), DONE)
    assert (error.code, error.started, error.retryable) == ("unavailable", True, False)


async def test_error_object_without_its_key_is_an_error(server: OpenAIServer) -> None:
    """vLLM: `{"object": "error", "code": 400}` in a stream that has begun."""
    told = {"object": "error", "message": "no", "type": "BadRequestError", "code": 400}
    assert (await failed(server, f"data: {json.dumps(told)}\n\n", DONE)).code == "bad_request"


async def test_bare_json_in_a_stream_is_an_error(server: OpenAIServer) -> None:
    """Ollama and some proxies leave out `data:` where something is wrong."""
    error = await failed(server, '{"error": {"code": 429, "message": "slow down"}}\n')
    assert error.code == "rate_limited"


@pytest.mark.parametrize("status", [400, 413, 500])
async def test_prompt_beyond_the_context_is_asked_once(server: OpenAIServer, status: int) -> None:
    """ggml-org/llama.cpp#19774: 400 or 500, as it happens."""
    message = "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"
    server.script(default={"mode": "status", "status": status, "body": {"error": {"message": message}}})
    async with a_provider(server.base_url) as answerer:
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
    assert (caught.value.code, caught.value.outage, server.seen()["calls"]) == ("bad_request", False, 1)


async def test_prompt_beyond_the_context_in_a_stream(server: OpenAIServer) -> None:
    """ggml-org/llama.cpp#16486: told with status 200."""
    told = {"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}
    error = await failed(server, f"data: {json.dumps(told)}\n\n")
    assert (error.code, error.outage) == ("bad_request", False)


async def test_bytes_that_are_no_text_break_nothing(server: OpenAIServer) -> None:
    """ggml-org/llama.cpp#11738: half a character as bytes."""
    raw = b'data: {"choices": [{"delta": {"content": "Open \xf0\x9f"}, "finish_reason": "stop"}]}\n\n'
    server.script(default={"mode": "raw", "hex": True, "chunks": [raw.hex()]})
    async with a_provider(server.base_url) as answerer:
        assert text_of(await everything(answerer)).startswith("Open ")


async def test_thinking_as_a_part_of_the_content(server: OpenAIServer) -> None:
    """Mistral: content as a list of parts."""
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]
    server.script(
        default={"mode": "raw", "chunks": [chunk(thought), chunk([{"type": "text", "text": "Open."}], "stop")]}
    )
    async with a_provider(server.base_url) as answerer:
        assert text_of(await everything(answerer)) == text_of(await everything(answerer)) == "Open."
    assert server.seen()["requests"][1]["body"]["max_tokens"] == 2_300, "it thinks"


async def test_nothing_said_at_all_is_told_as_such(server: OpenAIServer) -> None:
    """ollama/ollama#13371, lmstudio-bug-tracker#2339: status 200, `stop`, and no word."""
    document = {"choices": [{"message": {"content": None}, "finish_reason": "stop"}]}
    events = await heard(server, f"data: {json.dumps(document)}\n\n", DONE)
    assert text_of(events) == "" and events[-1] == Finished("stop")


async def test_gemini_ends_without_content_and_in_a_list() -> None:
    """agentjido/req_llm#638, musistudio/llms#21; and proxies that leave out `alt=sse`."""
    said = [
        {"candidates": [{"content": {"parts": [{"text": TEXT}]}}]},
        {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]},
    ]
    async with serving(*said, first=[(200, said)]) as server:
        answerer = made("gemini", server.url)
        for _ in range(2):
            events = await everything(answerer)
            assert text_of(events) == TEXT and events[-1] == Finished("stop")
        await answerer.close()


async def test_gemini_breaks_off() -> None:
    said = {"candidates": [{"content": {"parts": [{"text": "Open "}]}, "finishReason": "MALFORMED_RESPONSE"}]}
    async with serving(said) as server:
        answerer = made("gemini", server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert (caught.value.code, caught.value.started) == ("cut", True)


async def test_responses_without_a_last_event_are_cut() -> None:
    """vllm-project/vllm#52418."""
    async with serving({"type": "response.output_text.delta", "delta": "Open "}) as server:
        answerer = made("responses", server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert (caught.value.code, caught.value.started) == ("cut", True)
