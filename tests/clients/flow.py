"""Everything that a program does with a generated Python client: python flow.py URL PAGE OTHER, beside the package."""

# mypy: ignore-errors
from __future__ import annotations

import sys
import uuid

from answerback_client import AuthenticatedClient, Client
from answerback_client.api.chat import ask_page
from answerback_client.api.comments import delete_comment, edit_comment, get_thread, post_comment, vote_on_comment
from answerback_client.api.user import register, sign_in
from answerback_client.models import (
    AskPageBody,
    DeleteCommentBody,
    EditCommentBody,
    ErrorCode,
    PostCommentBody,
    RegisterBody,
    SignInBody,
    VoteOnCommentBody,
    VoteOnCommentBodyValue,
)

url, page, other = sys.argv[1:]
anybody = Client(base_url=url)
account = {"site": "demo", "email": f"{uuid.uuid4()}@example.org", "password": "a loaf of rye bread"}
registered = register.sync(client=anybody, body=RegisterBody(**account, name="Mina"), x_answerback="1")
signed_in = sign_in.sync(client=anybody, body=SignInBody(**account), x_answerback="1")
assert signed_in.user.id == registered.user.id

mina = AuthenticatedClient(base_url=url, token=signed_in.token)
draft = PostCommentBody(page=page, body="Good **bread**.", ask=False, key=str(uuid.uuid4()))
comment = post_comment.sync(client=mina, body=draft, x_answerback="1").comment
assert comment.author.name == "Mina"
assert comment.created_at.tzinfo is not None

question = "How long does the house loaf rest?"
asked = ask_page.sync(client=mina, body=AskPageBody(page=page, user_input=question), x_answerback="1")
assert asked.count == 1
streaming = AuthenticatedClient(base_url=url, token=signed_in.token, headers={"Accept": "text/event-stream"})
with streaming.get_httpx_client().stream(
    "POST", "/api/chat/gpt/", json={"page": page, "user_input": question}, headers={"X-Answerback": "1"}
) as answer:
    lines = [line for line in answer.iter_lines() if line.startswith("event: ")]
assert (lines[0], lines[-1]) == ("event: answer.queued", "event: answer.settled")

vote = VoteOnCommentBody(VoteOnCommentBodyValue.VALUE_1)
assert vote_on_comment.sync(other, client=mina, body=vote, x_answerback="1").votes.up == 1

id = comment.id
refused = edit_comment.sync(id, client=mina, body=EditCommentBody(body=""), x_answerback="1")
assert refused.code is ErrorCode.VALIDATION_FAILED
assert delete_comment.sync_detailed(id, client=mina, body=DeleteCommentBody(), x_answerback="1").status_code == 204
thread = get_thread.sync(client=anybody, site="demo", page=page)
assert id not in [each.id for each in thread.comments]
