"""Two servers, joined by a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.live.several import Redis, two_servers
from tests.postgres import Postgres
from tests.services import Server


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis.start() as server:
        yield server


@pytest.fixture
def two(tmp_path: Path, postgres: Postgres, redis: Redis, model: OpenAIServer) -> Iterator[tuple[Server, Server]]:
    """Two servers on one database, with Redis."""
    joined = {"ANSWERBACK_REDIS_URL": redis.url, "OPENAI_BASE_URL": model.base_url}
    with two_servers(tmp_path, postgres.fresh(), **joined) as servers:
        yield servers
