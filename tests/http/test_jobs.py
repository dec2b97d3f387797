"""Failed jobs: owners see those of their sites and run them again; so does the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.smtp_server import MailServer
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, Site, wait_until


@pytest.fixture
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, post: MailServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, **post.settings()) as running:
        running.begin()
        yield running


def failed(server: Server, post: MailServer) -> str:
    """A budget alert that the mail server does not take; its job's id."""
    wait_until(lambda: not listed(server, "sign_in_notice"))
    post.answer = "550 no such mailbox"
    server.change(budget_answers="1")
    server.settled(server.post("When was the bakery founded?").json["answer"]["id"])

    def dead() -> list[str]:
        return [job["id"] for job in listed(server) if job["state"] == "dead"]

    (id,) = wait_until(dead)
    return str(id)


def listed(server: Server, kind: str = "") -> list[dict[str, str]]:
    """The jobs, or those of a kind."""
    found = json.loads(server.command("jobs", "list", "--json").stdout)
    return [job for job in found if kind in ("", job["kind"])]


def test_an_owner_runs_a_failed_job_again(server: Server, post: MailServer) -> None:
    server.command("site", "add", "other", "--origin", "https://other.example")
    with (
        sign_in(server, "s@example.com", "other") as stranger,
        sign_in(server, "o@example.com", "demo") as owner,
    ):
        assert "No job has failed." in owner.read("/admin/jobs/").text
        id = failed(server, post)
        shown = owner.read("/admin/jobs/").text
        assert "Budget alert" in shown
        assert "The mail server refused the message: code 550." in shown
        assert id not in stranger.read("/admin/jobs/").text
        assert stranger.send(f"/admin/jobs/{id}/retry/").status_code == 404
        assert stranger.send(f"/admin/jobs/{id}/discard/").status_code == 404
        post.answer = "250 taken"
        assert owner.send(f"/admin/jobs/{id}/retry/").status_code == 303
        assert "1 of 1 answer" in post.next_to("o@example.com", about="budget").part("plain")
        wait_until(lambda: not gone(owner, id))
        assert owner.send(f"/admin/jobs/{id}/retry/").status_code == 404


def gone(owner: Owner, id: str) -> bool:
    return id in owner.read("/admin/jobs/").text


def test_an_owner_discards_a_failed_job(server: Server, post: MailServer) -> None:
    with sign_in(server, "o@example.com", "demo") as owner:
        id = failed(server, post)
        assert owner.send(f"/admin/jobs/{id}/discard/").status_code == 303
        assert id not in owner.read("/admin/jobs/").text


def test_commands_run_failed_jobs_again_and_remove_them(server: Server, post: MailServer) -> None:
    with sign_in(server, "o@example.com", "demo"):
        id = failed(server, post)
        line = next(line for line in server.command("jobs", "list").stdout.splitlines() if line.startswith(id))
        assert line.split("\t")[1:5] == ["dead", "budget_alert", "demo", "1"]
        assert server.command("jobs", "retry", check=False).returncode == 2
        assert server.command("jobs", "retry", "nobody", check=False).returncode == 1
        assert "1 failed job will run again." in server.command("jobs", "retry", "--all").stderr
        wait_until(lambda: next((job["state"] for job in listed(server) if job["id"] == id), "") == "dead")
        assert "1 failed job removed." in server.command("jobs", "discard", id).stderr
        assert id not in [job["id"] for job in listed(server)]
