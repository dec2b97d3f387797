"""What may become of a comment that is there already: not more than a new one may be, and not without end."""

from __future__ import annotations

from tests.services import Server


def test_nobody_votes_on_their_own_comment(shared: Server) -> None:
    shared.begin()
    vote = f"/api/comments/{shared.post('My own words.').json['comment']['id']}/vote/"
    for value in (1, -1, 0):
        reply = shared.call("PUT", vote, {"site": "demo", "value": value})
        assert (reply.status, reply.json["code"]) == (403, "not_yours")
    assert shared.thread()["comments"][0]["votes"] == {"up": 0, "down": 0}
    shared.begin()
    assert shared.call("PUT", vote, {"site": "demo", "value": 1}).json == {"votes": {"up": 1, "down": 0}}
    assert shared.thread()["comments"][0]["votes"] == {"up": 1, "down": 0}


def test_votes_and_previews_are_rate_limited(server: Server) -> None:
    server.begin()
    id = server.post("Harmless words.").json["comment"]["id"]
    server.begin()
    vote = f"/api/comments/{id}/vote/"
    codes = [server.call("PUT", vote, {"site": "demo", "value": n % 2}).json.get("code") for n in range(301)]
    assert codes[:300] == [None] * 300
    reply = server.call("POST", "/api/comments/preview/", {"site": "demo", "body": "Words."})
    assert (codes[300], reply.json["code"]) == ("too_many_requests", "too_many_requests")
    assert 0 < int(reply.headers["retry-after"]) <= 60
