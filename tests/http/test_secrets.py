"""What the server says of its own accord has no secrets and no persons in it (threat 21)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from tests.core.test_settings import SECRETS
from tests.fakes.openai_server import OpenAIServer
from tests.processes import ServerProcess
from tests.services import Site, wait_until

CANARY = "canary"


def test_log_has_no_secrets_texts_or_persons(tmp_path: Path, model: OpenAIServer) -> None:
    away = ("ANSWERBACK_DATABASE_URL", "ANSWERBACK_REDIS_URL")  # these lead to servers that are not there
    secrets = {name: text for name, text in SECRETS.items() if name not in away}
    complaint = {"error": {"message": f"Bad key {CANARY}", "type": "auth", "code": CANARY}}
    model.script(default={"mode": "status", "status": 401, "body": complaint})
    with Site.start() as site, ServerProcess.start(tmp_path, site, OPENAI_BASE_URL=model.base_url, **secrets) as server:
        server.stop()
        server.log = tmp_path / "server.log"
        server.run()
        server.begin()
        token = server.token
        asked = server.post(f"When does {CANARY} open?", name=CANARY)
        reply = server.settled(asked.json["answer"]["id"])
        assert reply["answer"]["state"] == "failed"
        assert CANARY not in reply["body"]
        person = {"site": "demo", "email": f"{CANARY}@example.com", "password": f"{CANARY} {CANARY}", "name": CANARY}
        assert server.call("POST", "/api/user/register/", person).status == 201
        assert server.call("POST", "/api/user/login/", person | {"password": f"not {CANARY}"}).status == 401
        for path in (f"/{CANARY}", f"/api/comments/?site={CANARY}&page={CANARY}", f"/admin/?q={quote(CANARY)}"):
            assert CANARY not in server.call("GET", path).headers.get("location", "")
        server.call("POST", "/api/comments/", CANARY.encode())
        server.call("GET", "/api/session/?site=demo&page=/", Authorization=f"Bearer {CANARY}")
        server.command("site", "set", "demo", "timezone=UTC")
        wait_until(lambda: server.thread()["total"] == 1)
        server.stop()
        said = server.log.read_text("utf-8")
    assert "Answerback on" in said
    assert CANARY not in said
    assert token not in said
    assert token.rpartition(".")[2] not in said
    assert "127.0.0.1" not in said.replace(server.site.origin, "").replace(model.base_url, "")
