"""Notifies other processes through Redis; stores nothing there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from .carriers import BEAT_SECONDS, SILENCE_SECONDS, Hear
from .redis_url import client_of

TOPIC = "answerback:messages"


class RedisLink:
    """Two connections to Redis: one subscribes, one publishes."""

    def __init__(self, speaking: Any, listening: Any, hear: Hear) -> None:  # redis-py's types are wrong
        self._speaking = speaking
        self._listening = listening
        self._hear = hear

    async def send(self, messages: Sequence[bytes]) -> None:
        """Publishes the messages."""
        pipeline = self._speaking.pipeline(transaction=False)
        for message in messages:
            pipeline.publish(TOPIC, message)
        await pipeline.execute()

    async def last(self) -> None:
        """Receives messages, including its own heartbeats."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._beat())

    async def _listen(self) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await self._listening.get_message(ignore_subscribe_messages=True, timeout=None)
            if message is not None and message["data"]:
                self._hear(message["data"])

    async def _beat(self) -> None:
        while True:
            await self.send([b""])
            await asyncio.sleep(BEAT_SECONDS)


class RedisCarrier:
    """Redis publish/subscribe; stores nothing there."""

    name = "redis"

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def connect(self, hear: Hear) -> AsyncIterator[RedisLink]:
        """Connects both. Raises redis-py's errors."""
        async with client_of(self._url) as client, client.pubsub() as listening:
            await listening.subscribe(TOPIC)
            yield RedisLink(client, listening, hear)
