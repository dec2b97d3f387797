"""A provider behind its breakers and with a model to fall back on: scripted, and over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.answers.providers.breakers import FAILURES
from answerback.answers.providers.calling import RETRIES, ModelAnswerer
from answerback.answers.providers.fake import HELLO, ScriptedAnswerer
from answerback.answers.providers.guarded import GuardedAnswerer
from answerback.answers.providers.openai import COMPATIBLE
from answerback.clock import SteppedClock
from answerback.core.answering import AnswerRequest, Asker, Finished, Message, TextDelta, Usage, Writing

from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio
DOWN = ProviderError("unavailable", retryable=True, outage=True)
FIRST, OTHER = "scripted-1", "scripted-2"


ME = Asker("me", "/mine", "a")


def asking(model: str | None = None, asker: Asker = ME) -> AnswerRequest:
    return AnswerRequest((Message("user", "When?"),), "When?", (), "en", model, 100, "answer-1", asker)


class Guarded:
    """A guarded scripted provider and its clock."""

    def __init__(self, *scripts: Any, fallback: str = "") -> None:
        self.clock = SteppedClock()
        self.inner = ScriptedAnswerer(*scripts)
        self.answerer = GuardedAnswerer(self.inner, self.clock, fallback)

    @property
    def calls(self) -> list[str | None]:
        """The models that were called."""
        return [request.model for request in self.inner.requests]

    async def ask(self, model: str | None = None, asker: Asker = ME) -> list[Any]:
        return [event async for event in self.answerer.stream(asking(model, asker))]

    async def fail(self, model: str | None = None) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.ask(model)
        return caught.value

    async def called(self, model: str | None = None, asker: Asker = ME) -> bool:
        """Whether the provider is called, whatever comes of it."""
        before = len(self.calls)
        with contextlib.suppress(ProviderError):
            await self.ask(model, asker)
        return len(self.calls) > before

    async def meet_outages(self, *askers: Asker) -> None:
        """So many calls fail, in turn for each of these."""
        for number in range(3 * FAILURES):
            self.inner.script_next(DOWN)
            await self.called(asker=askers[number % len(askers)])
        self.inner.script_next(*HELLO)


def failing(times: int, error: ProviderError = DOWN, **settings: Any) -> Guarded:
    return Guarded(*[[error]] * times, **settings)


async def opened(**settings: Any) -> Guarded:
    """One whose breaker has just opened; what is scripted now comes first after it."""
    guarded = failing(FAILURES, **settings)
    for _ in range(FAILURES):
        assert (await guarded.fail()).code == "unavailable"
    return guarded


async def test_breaker_opens_after_failures_in_a_row() -> None:
    guarded = await opened()
    refused = await guarded.fail()
    assert (refused.code, refused.retryable, refused.started) == ("unavailable", True, False)
    assert refused.retry_after == 15
    assert len(guarded.calls) == FAILURES
    guarded.clock.advance(seconds=14.9)
    assert not await guarded.called()
    guarded.clock.advance(seconds=0.1)
    assert await guarded.ask() == [Writing(FIRST), *HELLO]
    assert await guarded.ask() == [Writing(FIRST), *HELLO], "it is well, and everybody calls"


async def test_scattered_failures_do_not_open_the_breaker() -> None:
    guarded = Guarded(*[[DOWN]] * (FAILURES - 1), HELLO, *[[DOWN]] * (FAILURES - 1))
    for _ in range(2 * FAILURES - 1):
        assert await guarded.called()
    assert await guarded.ask()


async def test_pause_grows_with_each_failed_trial_to_ten_minutes() -> None:
    guarded = await opened()
    for pause in (15, 30, 60, 120, 240, 480, 600, 600):
        guarded.clock.advance(seconds=pause - 0.001)
        assert not await guarded.called(), pause
        guarded.clock.advance(seconds=0.001)
        guarded.inner.script(DOWN)
        assert await guarded.called(), pause
    guarded.clock.advance(minutes=10)
    guarded.inner.script(*HELLO)
    assert await guarded.ask() == [Writing(FIRST), *HELLO]
    for _ in range(FAILURES):
        guarded.inner.script(DOWN)
        await guarded.fail()
    assert (await guarded.fail()).retry_after == 15, "the next illness begins as the first one did"


async def test_simultaneous_failures_count_once() -> None:
    gate = asyncio.Event()
    guarded = Guarded(*[[gate, DOWN]] * 60)
    asked = [asyncio.create_task(guarded.fail()) for _ in range(60)]
    await asyncio.sleep(0)
    assert guarded.inner.running == 60
    gate.set()
    await asyncio.gather(*asked)
    assert (await guarded.fail()).retry_after == 15


async def test_one_trial_call_after_the_pause() -> None:
    slow, gate = asyncio.Event(), asyncio.Event()
    guarded = Guarded([slow, ProviderError("bad_request", retryable=False)], *[[DOWN]] * FAILURES, [gate, *HELLO])
    early = asyncio.create_task(guarded.fail())  # begins before the pause and ends after it
    await asyncio.sleep(0)
    assert guarded.inner.running == 1
    for _ in range(FAILURES):
        await guarded.fail()
    guarded.clock.advance(seconds=15)
    trial = asyncio.create_task(guarded.ask())
    await asyncio.sleep(0)
    assert guarded.inner.running == 2
    assert [error.retry_after for error in await asyncio.gather(*(guarded.fail() for _ in range(20)))] == [1] * 20
    slow.set()
    await early
    assert not await guarded.called(), "somebody still tries"
    gate.set()
    assert await trial == [Writing(FIRST), *HELLO]
    assert await guarded.called()


@pytest.mark.parametrize("how", ["cancelled", "left"])
async def test_abandoned_trial_lets_the_next_call_try(how: str) -> None:
    guarded = await opened()
    guarded.clock.advance(seconds=15)
    gate = asyncio.Event()
    guarded.inner.script(Usage(1, 0, None), gate)
    stream = guarded.answerer.stream(asking())
    assert await anext(stream) == Writing(FIRST)
    if how == "left":
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
    else:
        assert await anext(stream) == Usage(1, 0, None)
        trial = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
    assert guarded.inner.left == 1
    assert await guarded.ask() == [Writing(FIRST), *HELLO]


async def test_bad_request_does_not_count_as_a_failure() -> None:
    guarded = failing(2 * FAILURES, ProviderError("bad_request", retryable=False), fallback=OTHER)
    for _ in range(2 * FAILURES):
        assert (await guarded.fail()).code == "bad_request"
    assert guarded.calls == [FIRST] * 2 * FAILURES, "and no other model is asked"


@pytest.mark.parametrize(
    "steps",
    [
        [Usage(100, 100, None), Finished("stop")],
        [Usage(100, 100, None), Finished("length")],
        [Usage(100, 100, None), Finished("content_filter")],
        *([ProviderError(code, retryable=True)] for code in ("auth", "cut", "malformed", "stalled", "timeout")),
        [ProviderError("model_unknown", retryable=False)],
    ],
    ids=str,
)
async def test_only_an_outage_counts_as_a_failure(steps: list[Any]) -> None:
    guarded = Guarded(*[steps] * 3 * FAILURES)
    for _ in range(3 * FAILURES):
        assert await guarded.called()
    assert await guarded.ask() == [Writing(FIRST), *HELLO]


async def test_cancelled_calls_do_not_count_as_failures() -> None:
    guarded = Guarded(*[[Usage(1, 0, None), asyncio.Event()]] * 2 * FAILURES)
    for _ in range(2 * FAILURES):
        stream = guarded.answerer.stream(asking())
        assert [await anext(stream), await anext(stream)] == [Writing(FIRST), Usage(1, 0, None)]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert guarded.inner.left == 2 * FAILURES
    assert await guarded.ask() == [Writing(FIRST), *HELLO]


OTHERS = {"visitor": Asker("you", "/mine", "a"), "page": Asker("you", "/yours", "a"), "site": Asker("you", "/", "b")}
"""Somebody else on the page, on another page of the site, on another site."""


async def test_breaker_of_one_visitor_is_closed_to_others() -> None:
    guarded = Guarded()
    await guarded.meet_outages(ME)
    assert len(guarded.calls) == FAILURES
    assert [await guarded.called(asker=asker) for asker in (ME, *OTHERS.values())] == [False, True, True, True]


async def test_breaker_of_one_page_is_closed_to_others() -> None:
    guarded = Guarded()
    await guarded.meet_outages(ME, OTHERS["visitor"])
    newcomer = Asker("new", "/mine", "a")
    askers = (newcomer, OTHERS["page"], OTHERS["site"])
    assert [await guarded.called(asker=asker) for asker in askers] == [False, True, True]


async def test_breaker_of_one_site_is_closed_to_others() -> None:
    guarded = Guarded()
    await guarded.meet_outages(ME, OTHERS["page"])
    newcomer = Asker("new", "/new", "a")
    assert [await guarded.called(asker=asker) for asker in (newcomer, OTHERS["site"])] == [False, True]


async def test_one_visitor_on_many_pages_opens_for_itself() -> None:
    guarded = Guarded()
    await guarded.meet_outages(*(Asker("me", f"/{number}", "ab"[number % 2]) for number in range(10)))
    assert [await guarded.called(asker=asker) for asker in OTHERS.values()] == [True, True, True]


async def test_outage_for_everybody_opens_for_everybody() -> None:
    guarded = Guarded()
    await guarded.meet_outages(ME, OTHERS["site"])
    assert len(guarded.calls) == FAILURES
    assert not await guarded.called(asker=Asker("new", "/new", "c"))
    refused = await guarded.fail()
    assert (refused.refused, refused.outage, refused.retry_after) == (True, False, 15)
    guarded.clock.advance(seconds=15)
    assert await guarded.ask(asker=Asker("new", "/new", "c"))
    assert await guarded.ask(asker=Asker("newer", "/new", "c"))


async def test_breaker_waits_as_long_as_the_provider_asks() -> None:
    busy = ProviderError("rate_limited", retryable=True, retry_after=90, outage=True)
    guarded = failing(FAILURES, busy)
    for _ in range(FAILURES):
        await guarded.fail()
    assert (await guarded.fail()).retry_after == 90


async def test_failure_after_first_words_does_not_count() -> None:
    broken = [TextDelta("Half a"), ProviderError("cut", retryable=False, started=True)]
    guarded = Guarded(*[broken] * 2 * FAILURES, fallback=OTHER)
    for _ in range(2 * FAILURES):
        assert (await guarded.fail()).started
    assert guarded.calls == [FIRST] * 2 * FAILURES, "what has begun is not begun again by another"


@pytest.mark.parametrize(
    "code", ["auth", "model_unknown", "rate_limited", "timeout", "unavailable", "malformed", "cut"]
)
async def test_fallback_answers_if_nothing_was_said_yet(code: str) -> None:
    guarded = Guarded([ProviderError(code, retryable=True)], fallback=OTHER)
    assert await guarded.ask() == [Writing(OTHER), *HELLO]
    assert guarded.calls == [FIRST, OTHER]


async def test_empty_answer_falls_back_and_both_calls_cost() -> None:
    nothing = [Usage(100, 300, 0.5), Finished("length")]
    guarded = Guarded(nothing, HELLO, fallback=OTHER)
    assert await guarded.ask() == [
        Writing(FIRST), Usage(100, 300, 0.5), Writing(OTHER), HELLO[0], Usage(200, 310, 0.501), Finished("stop"),
    ]  # fmt: skip
    guarded = Guarded([Usage(9, 1, None), Finished("content_filter")], fallback=OTHER)
    assert (await guarded.ask())[-1] == Finished("content_filter"), "that is an answer too"
    assert guarded.calls == [FIRST]


async def test_first_models_error_is_told_when_all_fail() -> None:
    guarded = Guarded([ProviderError("rate_limited", retryable=True, retry_after=7)], [DOWN], fallback=OTHER)
    problem = await guarded.fail()
    assert (problem.code, problem.retry_after) == ("rate_limited", 7)


async def test_each_model_has_a_breaker_of_its_own() -> None:
    guarded = await opened()
    assert await guarded.ask("scripted-3") == [Writing("scripted-3"), *HELLO]
    assert not await guarded.called()
    assert await guarded.called("scripted-3")


async def test_fallback_answers_while_the_breaker_is_open() -> None:
    guarded = Guarded(*[[DOWN], HELLO] * FAILURES, fallback=OTHER)
    for _ in range(FAILURES):
        assert (await guarded.ask())[0] == Writing(OTHER)
    guarded.inner.script(*HELLO)
    assert await guarded.ask() == [Writing(OTHER), *HELLO]
    assert guarded.calls == [FIRST, OTHER] * FAILURES + [OTHER]
    for _ in range(FAILURES):
        guarded.inner.script(DOWN)
        assert (await guarded.fail()).code == "unavailable"
    assert not await guarded.called(), "now both are left alone"
    guarded.clock.advance(seconds=15)
    assert (await guarded.ask())[0] == Writing(FIRST), "the first one is tried first"


async def test_same_model_as_fallback_is_not_called_twice() -> None:
    guarded = failing(1, fallback=FIRST)
    await guarded.fail()
    assert guarded.calls == [FIRST]


# ---- over real HTTP


@pytest.fixture
async def answerer(model: OpenAIServer) -> AsyncIterator[GuardedAnswerer]:
    inner = ModelAnswerer(
        COMPATIBLE,
        api_key="",
        base_url=model.base_url,
        model="first",
        first_token=1.0,
        gap=1.0,
        total=20.0,
        retry_pause=0,
    )
    guarded = GuardedAnswerer(inner, SteppedClock(), "other")
    yield guarded
    await guarded.close()


async def said(answerer: GuardedAnswerer) -> str:
    return "".join([event.text async for event in answerer.stream(asking()) if isinstance(event, TextDelta)])


def models(server: OpenAIServer) -> list[str]:
    return [request["body"]["model"] for request in server.seen()["requests"]]


@pytest.mark.parametrize(
    "mishap",
    [
        {"mode": "status", "status": 500}, {"mode": "status", "status": 429}, {"mode": "status", "status": 401},
        {"mode": "cut", "after": 0}, {"mode": "stall", "after": 0}, {"mode": "early_end", "after": 0},
        {"mode": "error_frame", "after": 0}, {"mode": "malformed", "after": 0},
    ],
    ids=str,
)  # fmt: skip
async def test_fallback_answers_after_any_early_failure(
    answerer: GuardedAnswerer, model: OpenAIServer, mishap: dict[str, Any]
) -> None:
    outage = mishap.get("status") != 401 and mishap["mode"] not in ("early_end", "malformed")
    tries = RETRIES + 1 if outage else 1
    model.script(*[mishap] * tries, {"text": "At half past seven."})
    assert await said(answerer) == "At half past seven."
    assert models(model) == ["first"] * tries + ["other"]


async def test_fallback_never_continues_a_broken_answer(answerer: GuardedAnswerer, model: OpenAIServer) -> None:
    model.script({"mode": "cut", "after": 2})
    with pytest.raises(ProviderError, match="cut") as caught:
        await said(answerer)
    assert caught.value.started
    assert models(model) == ["first"]


async def test_provider_that_is_down_is_not_called(answerer: GuardedAnswerer, model: OpenAIServer) -> None:
    model.script(default={"mode": "status", "status": 503})
    for _ in range(FAILURES):
        with pytest.raises(ProviderError, match="unavailable"):
            await said(answerer)
    calls = model.seen()["calls"]
    assert calls == 2 * FAILURES * (RETRIES + 1)
    with pytest.raises(ProviderError, match="unavailable"):
        await said(answerer)
    assert model.seen()["calls"] == calls
