"""A scripted provider for in-process tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from ...core.answering import AnswerEvent, AnswerRequest, Finished, TextDelta, Usage
from . import ProviderError

Step = AnswerEvent | ProviderError | asyncio.Event
"""Sent on, raised, or waited for."""

HELLO: tuple[Step, ...] = (TextDelta("The page says so [1]."), Usage(100, 10, 0.001), Finished("stop"))


class ScriptedAnswerer:
    """Answers the n-th request with the n-th script, and further ones with `HELLO`."""

    name = "scripted"
    model = "scripted-1"

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self._scripts = list(scripts)
        self.requests: list[AnswerRequest] = []
        self.running = 0
        self.most_at_once = 0
        self.left = 0
        """How many streams were left before their end."""
        self.closed = False

    def script(self, *steps: Step) -> None:
        """Adds the script of a further request."""
        self._scripts.append(steps)

    def script_next(self, *steps: Step) -> None:
        """Sets the script of the next request."""
        self._scripts[len(self.requests) :] = [steps]

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """The scripted events."""
        number = len(self.requests)
        self.requests.append(request)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            for step in self._scripts[number] if number < len(self._scripts) else HELLO:
                if isinstance(step, ProviderError):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        except (asyncio.CancelledError, GeneratorExit):
            self.left += 1
            raise
        finally:
            self.running -= 1

    async def close(self) -> None:
        """Records the call."""
        self.closed = True
