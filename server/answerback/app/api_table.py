"""The table of API calls, from which the router, OpenAPI, docs/api.md and the widget's types are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..comments.feed import ATOM, JSON_FEED
from ..live.bus import page_channel
from ..live.handlers import page_events
from ..sites.edge import Handler
from .schemas import FIELDS, Schema
from .services import Services

JSON, EVENTS = "application/json", "text/event-stream"


class Field(NamedTuple):
    """One parameter of a call."""

    name: str
    needed: bool
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """One response: its status, the named schema of its body (empty: none), and its media type."""

    status: int
    schema: str = ""
    media_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call. `takes` names the fields beside `site`, in the query of a GET and in the body of other methods: `!`
    marks a required field, `[]` a repeatable one. `session` says whether the caller needs a session; `begins_session`,
    that the call is made before there is one."""

    method: str
    path: str
    name: str
    summary: str
    handler: Callable[[Services], Handler]
    takes: str = ""
    gives: tuple[Gives, ...]
    session: bool = False
    begins_session: bool = False
    own_origin_only: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The resource that generated clients group calls by: `comments`, `session`."""
        return self.path.split("/")[2]

    @property
    def fields(self) -> list[Field]:
        """The fields of the call, apart from `site`."""
        names = [(taken.rstrip("!"), taken.endswith("!")) for taken in self.takes.split()]
        return [Field(name.removesuffix("[]"), needed, FIELDS[name]) for name, needed in names]


def _json(schema: str, status: int = 200) -> tuple[Gives, ...]:
    return (Gives(status=status, schema=schema),)


_NOTHING = (Gives(status=204),)
_NEW_SESSION = _json("NewSession", 201)


def _events(services: Services) -> Handler:
    def running(site: str, page: str) -> bytes:
        return services.streams.on(page_channel(site, page))

    return page_events(services.runtime.bus, running, services.runtime.secret)


API: tuple[ApiCall, ...] = (
    ApiCall(
        method="GET", path="/api/session/", name="getSession", takes="page", gives=_json("Session"),
        summary="The visitor, today's quota, and the visitor's votes and pending comments on a page",
        handler=lambda s: s.session.read,
    ),
    ApiCall(
        method="POST", path="/api/session/", name="startSession", begins_session=True, summary="Begin a guest session",
        gives=(Gives(status=201, schema="NewSession"), Gives(status=200, schema="NewSession")),
        handler=lambda s: s.accounts.people.begin,
    ),
    ApiCall(
        method="POST", path="/api/session/bearer/", name="createBearerToken", begins_session=True,
        takes="ticket!", gives=_json("BearerToken"), summary="Get a bearer token where the cookie is blocked",
        handler=lambda s: s.accounts.people.bearer,
    ),
    ApiCall(
        method="POST", path="/api/session/exchange/", name="exchangeSignInCode", begins_session=True,
        takes="code! verifier!", gives=_NEW_SESSION, summary="Exchange the code of a sign-in for a session",
        handler=lambda s: s.accounts.handover.exchange,
    ),
    ApiCall(
        method="POST", path="/api/session/sso/", name="signInWithSso", begins_session=True,
        takes="token!", gives=_NEW_SESSION,
        summary="Begin a session for a user whom the site's own server vouches for",
        handler=lambda s: s.accounts.sign_on.sign_on,
    ),
    ApiCall(
        method="POST", path="/api/user/register/", name="register", begins_session=True, takes="email! password! name",
        gives=_json("Account", 201), own_origin_only=True, summary="Register by e-mail and password",
        handler=lambda s: s.accounts.people.register,
        example={"email": "mina@example.org", "password": "a loaf of rye bread", "name": "Mina"},
    ),
    ApiCall(
        method="POST", path="/api/user/login/", name="signIn", begins_session=True, takes="email! password!",
        gives=_json("Account"), own_origin_only=True, summary="Sign in by e-mail and password",
        handler=lambda s: s.accounts.people.login,
        example={"email": "mina@example.org", "password": "a loaf of rye bread"},
    ),
    ApiCall(
        method="POST", path="/api/user/logout/", name="signOut", gives=_NOTHING, summary="Sign out",
        handler=lambda s: s.accounts.people.logout,
    ),
    ApiCall(
        method="PATCH", path="/api/user/", name="updateUser", takes="name!", gives=_json("User"), session=True,
        summary="Change the name", handler=lambda s: s.accounts.api.rename, example={"name": "Mina Park"},
    ),
    ApiCall(
        method="GET", path="/api/user/sessions/", name="listUserSessions", gives=_json("Devices"), session=True,
        summary="List the account's sessions", handler=lambda s: s.accounts.api.list_sessions,
    ),
    ApiCall(
        method="DELETE", path="/api/user/sessions/{id}/", name="endUserSession", gives=_NOTHING, session=True,
        summary="End another session", handler=lambda s: s.accounts.api.end_session,
    ),
    ApiCall(
        method="GET", path="/api/chat/gpt/", name="getChat", takes="page!", gives=_json("ChatHistory"),
        summary="The visitor's conversation about a page", handler=lambda s: s.answers.history,
    ),
    ApiCall(
        method="POST", path="/api/chat/gpt/", name="askPage", takes="page! user_input! url title key", session=True,
        gives=(Gives(status=200, schema="ChatAnswer"), Gives(status=200, schema="ChatEvents", media_type=EVENTS)),
        summary="Ask about a page", handler=lambda s: s.answers.chat,
        example={"page": "/bakery.html", "user_input": "When do you open?", "key": "a key of the client's own"},
    ),
    ApiCall(
        method="DELETE", path="/api/chat/gpt/{id}/answer/", name="stopChatAnswer", gives=_json("ChatAnswer"),
        session=True, summary="Stop an answer of the ask box", handler=lambda s: s.answers.stop_chat,
    ),
    ApiCall(
        method="GET", path="/api/comments/", name="getThread", takes="page! sort cursor around limit",
        gives=(Gives(status=200, schema="Thread"), Gives(status=304)), summary="The comments of a page",
        handler=lambda s: s.threads.read,
    ),
    ApiCall(
        method="POST", path="/api/comments/", name="postComment",
        takes="page! body! url title parent_id name ask key form work", gives=_json("PostedComment", 201), session=True,
        summary="Post a comment, which may ask the AI", handler=lambda s: s.threads.post,
        example={"page": "/bakery.html", "body": "Good **bread**.", "name": "Mina", "ask": False},
    ),
    ApiCall(
        method="GET", path="/api/comments/form/", name="beginComment", gives=_json("CommentForm"),
        summary="Begin to write: a signed time, and work to prove", handler=lambda s: s.threads.form,
    ),
    ApiCall(
        method="POST", path="/api/comments/preview/", name="previewComment", takes="body", gives=_json("Preview"),
        summary="Render a comment without posting it", handler=lambda s: s.threads.preview,
        example={"body": "Good **bread**."},
    ),
    ApiCall(
        method="GET", path="/api/comments/{id}/", name="getComment", gives=_json("ChangedComment"),
        summary="One comment in full, without replies", handler=lambda s: s.threads.one,
    ),
    ApiCall(
        method="PATCH", path="/api/comments/{id}/", name="editComment", takes="body!", gives=_json("ChangedComment"),
        session=True, summary="Edit a comment", handler=lambda s: s.threads.edit,
        example={"body": "Very good **bread**."},
    ),
    ApiCall(
        method="DELETE", path="/api/comments/{id}/", name="deleteComment", gives=_NOTHING, session=True,
        summary="Delete a comment", handler=lambda s: s.threads.delete,
    ),
    ApiCall(
        method="PUT", path="/api/comments/{id}/vote/", name="voteOnComment", takes="value!",
        gives=_json("VoteCounts"), session=True, summary="Vote on a comment", handler=lambda s: s.threads.vote,
        example={"value": 1},
    ),
    ApiCall(
        method="POST", path="/api/comments/{id}/report/", name="reportComment", takes="kind reason contact",
        gives=(Gives(status=201, schema="Receipt"), Gives(status=204)), session=True,
        summary="Report a comment; with a `kind`, the response is a receipt", handler=lambda s: s.threads.report,
        example={"kind": "spam", "reason": "It is an advertisement."},
    ),
    ApiCall(
        method="POST", path="/api/comments/{id}/answer/", name="requestAnswer", gives=_json("Reply", 202),
        session=True, summary="Ask the AI to answer a comment, or to answer it again", handler=lambda s: s.answers.ask,
    ),
    ApiCall(
        method="DELETE", path="/api/comments/{id}/answer/", name="stopAnswer", gives=_json("Reply"), session=True,
        summary="Stop a running answer", handler=lambda s: s.answers.stop,
    ),
    ApiCall(
        method="GET", path="/api/comments/{id}/history/", name="getAnswerHistory", gives=_json("History"),
        summary="The versions of an answer", handler=lambda s: s.before.history,
    ),
    ApiCall(
        method="GET", path="/api/answered/", name="findKnownAnswer", takes="q!", gives=_json("Answered"),
        summary="Find an answer that the site has given before", handler=lambda s: s.before.look,
    ),
    ApiCall(
        method="PUT", path="/api/answers/{id}/feedback/", name="rateAnswer", takes="helpful! reason", gives=_NOTHING,
        session=True, summary="Rate an answer", handler=lambda s: s.answers.feedback,
        example={"helpful": True},
    ),
    ApiCall(
        method="GET", path="/api/counts/", name="countComments", takes="page[]!", gives=_json("Counts"),
        summary="Count the comments of pages", handler=lambda s: s.threads.counts,
    ),
    ApiCall(
        method="GET", path="/api/events/", name="streamEvents", takes="page! after",
        gives=(Gives(status=200, schema="PageEvents", media_type=EVENTS),), summary="Stream the events of a page",
        handler=_events,
    ),
    ApiCall(
        method="GET", path="/api/subscriptions/", name="listSubscriptions", gives=_json("Subscriptions"),
        summary="What the visitor is notified of", handler=lambda s: s.subscriptions.handlers.read,
    ),
    ApiCall(
        method="POST", path="/api/subscriptions/", name="subscribe", takes="topic! page channel email lang",
        gives=(Gives(status=201, schema="SavedSubscription"), Gives(status=202, schema="SavedSubscription")),
        session=True, summary="Subscribe to replies or a thread; a new address has to confirm it (202)",
        handler=lambda s: s.subscriptions.handlers.subscribe, example={"topic": "replies", "channel": "feed"},
    ),
    ApiCall(
        method="DELETE", path="/api/subscriptions/{id}/", name="unsubscribe", gives=_NOTHING, session=True,
        summary="End a subscription", handler=lambda s: s.subscriptions.handlers.end,
    ),
    ApiCall(
        method="GET", path="/api/feed/", name="getFeed", takes="page format",
        gives=(Gives(status=200, media_type=ATOM), Gives(status=200, schema="JsonFeed", media_type=JSON_FEED)),
        summary="The newest comments, as Atom or JSON Feed", handler=lambda s: s.threads.feed,
    ),
)  # fmt: skip
