"""Builds the endpoints for programs."""

from __future__ import annotations

from ..answers.following import AnswerFollower
from ..answers.intake import QuestionIntake
from ..answers.streaming import AnswerStreams
from ..knowledge.build import Knowledge
from ..metrics import Metrics
from ..runtime import Runtime
from .desk import AgentDesk
from .handlers import AgentHandlers
from .mcp_endpoint import McpEndpoint


class Agents:
    """The endpoints for programs, and their background work."""

    def __init__(
        self, runtime: Runtime, knowledge: Knowledge, intake: QuestionIntake, streams: AnswerStreams, metrics: Metrics
    ) -> None:
        desk = AgentDesk(runtime, knowledge, intake, AnswerFollower(runtime, streams), metrics)
        self._mcp = McpEndpoint(desk)
        self.handlers = AgentHandlers(runtime, desk, self._mcp)

    async def close(self) -> None:
        """Cancels answers in progress."""
        await self._mcp.close()
