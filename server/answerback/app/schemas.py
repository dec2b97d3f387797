"""JSON Schemas of the API's requests and responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from ..comments.approval.reports_store import KINDS as REPORT_KINDS
from ..comments.handlers import MOST_PAGES
from ..comments.snapshot import MOST_ROOTS
from ..comments.thread_store import SORTS
from ..core import comments as rules
from ..core.emails import EMAIL_LIMIT
from ..core.model import AnswerState, AuthorKind, CommentState
from ..core.subscriptions import CHANNELS
from ..core.subscriptions import KINDS as TOPICS
from ..errors import CODES
from ..setting_values import MODEL_PROVIDERS
from ..sites.settings import AI_RULES, THEMES

Schema = dict[str, Any]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _null(schema: Schema) -> Schema:
    """A schema that also allows null."""
    if "type" in schema and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _is(schema: Schema, about: str) -> Schema:
    return schema | {"description": about}


def _enum(values: Iterable[str], about: str = "") -> Schema:
    return {"type": "string", "enum": list(values)} | ({"description": about} if about else {})


def _text(limit: int, about: str, *, least: int = 0) -> Schema:
    return {"type": "string", "maxLength": limit, "description": about} | ({"minLength": least} if least else {})


def _object(about: str, optional: Mapping[str, Schema] | None = None, **fields: Schema) -> Schema:
    """An object schema with required and optional fields."""
    properties = {**fields, **(optional or {})}
    return {"type": "object", "description": about, "required": list(fields), "properties": properties}


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TIME: Schema = {"type": "string", "format": "date-time"}

_PAGE = (
    f"The page: the thread's key, its path or its whole address, in any spelling; as a key it has at most "
    f"{rules.PAGE_LIMIT} characters."
)
FIELDS: Mapping[str, Schema] = {
    "site": _text(50, "The site's key."),
    "page": _text(rules.SAID_LIMIT, _PAGE, least=1),
    "url": _is(TEXT, f"The page's address; nothing is read at one of more than {rules.URL_LIMIT:,} characters."),
    "title": _is(TEXT, f"The page's title, of which {rules.TITLE_LIMIT} characters are kept."),
    "key": _text(rules.KEY_LIMIT, "An idempotency key: the same key again gives the same result, once."),
    "body": _text(rules.BODY_LIMIT, "Markdown."),
    "user_input": _text(rules.QUESTION_LIMIT, "The question.", least=1),
    "name": _text(rules.NAME_LIMIT, "The name shown with comments."),
    "parent_id": _null(_text(rules.ID_LIMIT, "The comment to reply to.")),
    "form": _text(100, "Where the site has a spam filter: the `form` of `GET /api/comments/form/`."),
    "work": _null(
        {"type": "object", "description": "What proves the work that `GET /api/comments/form/` asked for."}
    ),
    "ask": _is(_null(FLAG), "Whether the AI answers; null leaves it to the site's rule."),
    "value": {"type": "integer", "enum": [1, 0, -1], "description": "0 takes the vote back."},
    "kind": _enum(REPORT_KINDS),
    "contact": _text(254, "Where whoever reports hears of the decision, if they want to."),
    "reason": _text(rules.REASON_LIMIT, "Why, in the visitor's own words."),
    "helpful": _is(FLAG, "Whether the answer helped."),
    "q": _text(rules.BODY_LIMIT, "The question.", least=1),
    "sort": _enum(SORTS, "The order of root comments."),
    "cursor": _is(TEXT, "`next` or `previous` of another part of the thread."),
    "around": _is(TEXT, "A comment's id, in place of a cursor: the part of the thread in which it stands."),
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROOTS, "description": "Root comments per part."},
    "after": _is(TEXT, "The id of the last event received; the header `Last-Event-ID` does the same."),
    "page[]": _is(
        _list(_text(rules.SAID_LIMIT, "A page, in any spelling.", least=1)) | {"minItems": 1, "maxItems": MOST_PAGES},
        "Up to 100 threads."),
    "email": _text(EMAIL_LIMIT, "An e-mail address.", least=1),
    "password": _text(1_000, "A password of 8 to 128 characters.", least=1),
    "ticket": _text(1_000, "`ticket` of a new session.", least=1),
    "code": _text(128, "The code that the sign-in page hands over.", least=1),
    "verifier": _text(128, "The verifier of the sign-in's `challenge`.", least=1),
    "token": _text(4_096, "A token signed by the site's server.", least=1),
    "format": _enum(("atom", "json"), "Atom, or JSON Feed."),
    "topic": _enum(TOPICS, "`replies`: what answers the visitor; `thread`: everything new on the page."),
    "channel": _enum(CHANNELS, "By which way; `email` if left out."),
    "lang": _text(35, "A language tag (BCP 47)."),
    "id": TEXT,
}  # fmt: skip
"""Parameters by name; a name means the same in every call."""

_QUOTA: Mapping[str, Schema] = {
    "limit": _is(_null(COUNT), "Answers a day; null: no limit."),
    "left": _is(_null(COUNT), "Answers left today; null: no limit."),
    "resets_at": _is(TIME, "When the next day begins."),
}
_COUNTED: Mapping[str, Schema] = {"count": _is(COUNT, "Answers used today."), **_QUOTA}
_FAILURE: Mapping[str, Schema] = {
    "error": _is(_null(TEXT), "Why it failed: a code."),
    "retry_at": _is(_null(TIME), "When it is tried again by itself."),
}
_SUPPORT: Mapping[str, Schema] = {
    "supported": _is(_null(FLAG), "Whether the site's own words bear every sentence; null: not checked."),
    "support_reason": _is(TEXT, "Why they do not, such as `partly`, `not_found` or `refused`; else empty."),
    "certainty": _is(_null(SHARE), "How likely the site's passages were to answer, from 0 to 1; null: not judged."),
}
_MADE: Mapping[str, Schema] = {
    "digital_source_type": _is(
        _null(TEXT),
        "Where its words come from, by IPTC's term, such as `…/trainedAlgorithmicMedia`; null: none yet, "
        "or a person's own.",
    ),
}
_ID = _is(TEXT, "An opaque id.")
_COMMENT_NEWS = _object("A comment is new, or has changed.", comment=_ref("Comment"))
_DELTA = _object(
    "The next piece of an answer.", id=_ID, text=TEXT,
    offset=_is(COUNT, "Where the piece begins, in UTF-16 units of the text so far."),
)  # fmt: skip

SCHEMAS: Mapping[str, Schema] = {
    "AuthorKind": _enum(get_args(AuthorKind), "Who writes."),
    "CommentState": _enum(get_args(CommentState), "Whether a comment is shown, waits for approval, or is gone."),
    "AnswerState": _enum(get_args(AnswerState), "How far an answer is, or how it ended."),
    "AnswerRule": _enum(AI_RULES, "Which comments the AI answers."),
    "Sort": _enum(SORTS, "The order of root comments."),
    "Vote": {"type": "integer", "enum": [1, 0, -1], "description": "For, none, against."},
    "ErrorCode": _enum(sorted(CODES), "What went wrong."),
    "Error": _object(
        "A problem (RFC 9457).",
        optional={
            "resets_at": _is(TIME, "When answers are available again, with `quota_exhausted` and the like."),
            "request_id": _is(TEXT, "By which the operator finds the request in the log."),
        },
        type=_is(TEXT, "The code as a URN."), title=_is(TEXT, "The code in words."),
        status={"type": "integer", "description": "The HTTP status."}, code=_ref("ErrorCode"),
        detail=_is(TEXT, "A sentence for people."),
    ),
    "Visitor": _object(
        "Somebody who reads or writes on a site.",
        id=_is(TEXT, "Empty where a comment's author is not shown."), name=TEXT, kind=_ref("AuthorKind"),
        avatar_url=_is(_null(TEXT), "The address of a picture; null: show initials."),
    ),
    "Quota": _object("What is left of today's answers.", used=_is(COUNT, "Answers used today."), **_QUOTA),
    "Votes": _object("A comment's votes.", up=COUNT, down=COUNT),
    "Source": _object(
        "A passage that an answer cites.", quote=_is(TEXT, "The passage, verbatim."),
        url=_is(TEXT, "The page it is on."), title=_is(TEXT, "That page's title."),
    ),
    "Answer": _object(
        "The answer's side of an AI reply.",
        state=_ref("AnswerState"), sources=_list(_ref("Source")),
        **_MADE,
        **_SUPPORT,
        model=TEXT, provider=TEXT,
        verified_by_owner=_is(FLAG, "The owner vouches for it."), question_id=_is(TEXT, "The comment it answers."),
        outdated=_is(FLAG, "The page no longer says what it cites."),
        revised_at=_is(_null(TIME), "When its text was last replaced, by the owner or after the page changed."),
        **_FAILURE,
    ),
    "Comment": _object(
        "A comment of a thread. An AI reply is one too, with its `answer`.",
        optional={
            "replies_next": _is(TEXT, "Of a root with more replies: the `cursor` of the next ones."),
            "cut": _is(FLAG, "`body` and `html` are only the beginning: `GET /api/comments/{id}/` gives all."),
        },
        id=_ID, page=_is(TEXT, "The thread's key."), parent_id=_is(_null(TEXT), "The comment it replies to."),
        author=_ref("Visitor"), body=_is(TEXT, "Markdown."), html=_is(TEXT, "The body as sanitised HTML."),
        state=_ref("CommentState"), created_at=TIME, edited_at=_null(TIME), votes=_ref("Votes"),
        pinned=_is(FLAG, "The owner keeps it at the top."), answer=_null(_ref("Answer")),
        replies=_list(_ref("Comment")),
    ),
    "Thread": _object(
        "A page's comments: roots with their replies.",
        page=_is(TEXT, "The thread's key."), comments=_list(_ref("Comment")),
        next=_is(_null(TEXT), "The `cursor` of the next part; null at the end."),
        previous=_is(_null(TEXT), "The `cursor` of the part before; null at the beginning."),
        total=_is(COUNT, "Published comments by people in the whole thread; answers by the AI are not counted."),
        locked=_is(FLAG, "Nobody may write."),
        settings=_ref("Settings"), provider=_enum((*MODEL_PROVIDERS, "quote", "off"), "Who answers."),
        provider_name=_is(_null(TEXT), "To whom questions are sent; null: to nobody outside this server."),
        last_event=_is(_null(TEXT), "Read events `after` this one."),
    ),
    "Settings": _object(
        "The site's settings as they hold on the page.",
        name=TEXT, ai=_ref("AnswerRule"), guests=_is(FLAG, "Whether guests may write."),
        edit_minutes=_is(_null(COUNT), "How long authors may change their comments; null: no limit."),
        moderation=_is(TEXT, "What is held for approval: none, all, or a list of rules."),
        timezone=TEXT, lang=TEXT, theme=_enum(THEMES),
        form=_is(FLAG, "Whether comments are sent with what `GET /api/comments/form/` gives."),
        max_body=_is(COUNT, "Characters (Unicode code points) that a comment may have."),
    ),
    "Receipt": _object(
        "A report was taken.", url=_is(TEXT, "Where its sender reads what comes of it, and may appeal.")
    ),
    "Mine": _object(
        "The visitor's own on the page.", votes=_is(_map(_ref("Vote")), "Votes by comment id."),
        pending=_is(_list(_ref("Comment")), "Comments and answers that wait for approval."),
    ),
    "Session": _object(
        "Who the visitor is and what they may do.",
        visitor=_null(_ref("Visitor")), quota=_ref("Quota"), mine=_ref("Mine"), settings=_ref("Settings"),
        provider=_enum((*MODEL_PROVIDERS, "quote", "off"), "Who answers."),
        provider_name=_is(_null(TEXT), "To whom questions are sent; null: to nobody outside this server."),
    ),
    "NewSession": _object(
        "A session that has begun; its cookie is set.", visitor=_ref("Visitor"),
        ticket=_is(_null(TEXT), "Good for one bearer token within a minute; null: the session was there before."),
    ),
    "BearerToken": _object("For the header `Authorization: Bearer …`.", token=TEXT),
    "Account": _object("Somebody who has signed in.", user=_ref("Visitor"), token=_is(TEXT, "A bearer token.")),
    "User": _object("An account's visitor.", user=_ref("Visitor")),
    "Device": _object(
        "A session of the account.", id=_ID, origin=_is(TEXT, "The site's origin; empty for programs."),
        agent=_is(TEXT, "The browser."), created_at=TIME, current=_is(FLAG, "The session of this call."),
    ),
    "Devices": _object("Where an account is signed in, newest first.", sessions=_list(_ref("Device"))),
    "Refusal": _object(
        "Why a question gets no answer.", code=_ref("ErrorCode"), detail=_is(TEXT, "A sentence for people."),
        resets_at=_is(_null(TIME), "When answers are available again."),
    ),
    "PostedComment": _object(
        "A comment that was saved, and what becomes of its question.", comment=_ref("Comment"),
        answer=_is(_null(_ref("Comment")), "The queued AI reply."), quota=_ref("Quota"),
        refused=_null(_ref("Refusal")),
    ),
    "ChangedComment": _object("A comment as it is now.", comment=_ref("Comment")),
    "CommentForm": _object(
        "What a comment is sent with; empty where the site has no spam filter.",
        form=_is(TEXT, "Signed: when somebody began to write."),
        work=_null(_ref("Work")),
    ),
    "Work": _object(
        "Under attack: find the `number` below `most` for which SHA-256 of `salt` followed by it is `hash`, and send "
        "`salt`, `signature` and `number`.",
        salt=TEXT, hash=TEXT, signature=TEXT, most=COUNT,
    ),
    "Preview": _object("A comment's HTML.", html=TEXT),
    "VoteCounts": _object("A comment's votes as they are now.", votes=_ref("Votes")),
    "Reply": _object("An AI reply, and what is left of today's answers.", answer=_ref("Comment"), quota=_ref("Quota")),
    "Revision": _object(
        "A version of an answer.", author=_enum(("ai", "owner")),
        action=_enum(("answered", "corrected", "verified", "withdrawn", "renewed")),
        body=_is(_null(TEXT), "Null where the answer is withdrawn."), html=_null(TEXT),
        note=_is(TEXT, "The owner's note to readers."), created_at=TIME,
    ),
    "History": _object("An answer's versions, oldest first.", history=_list(_ref("Revision"))),
    "KnownAnswer": _object(
        "A question of the site and its answer.", id=_is(TEXT, "The answering comment."), question=TEXT, page=TEXT,
        url=TEXT, title=TEXT, body=TEXT, html=TEXT, author_kind=_ref("AuthorKind"), provider=TEXT,
        **_MADE,
        verified_by_owner=_is(FLAG, "The owner wrote it or vouches for it."), revised_at=_null(TIME), created_at=TIME,
    ),
    "Answered": _object("What the site has answered before.", answered=_null(_ref("KnownAnswer"))),
    "Subscription": _object(
        "What a visitor is notified of.", id=_ID, topic=_enum(TOPICS), page=_is(_null(TEXT), "The page, of a thread."),
        channel=_enum(CHANNELS), address=_is(_null(TEXT), "The email address, masked."),
        url=_is(_null(TEXT), "The secret address of a feed; with `&format=json` it is JSON Feed."),
        state=_enum(("pending", "active"), "`pending`: the address has still to confirm it."), created_at=TIME,
    ),
    "SavedSubscription": _object("A subscription that was saved.", subscription=_ref("Subscription")),
    "Subscriptions": _object(
        "What the visitor is notified of.", email=_is(FLAG, "Whether the server sends email."),
        address=_is(_null(TEXT), "An address that is known to be the visitor's, masked: no other is needed."),
        subscriptions=_list(_ref("Subscription")),
    ),
    "JsonFeed": _object(
        "JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).", version=TEXT, title=TEXT, home_page_url=TEXT,
        feed_url=TEXT,
        items=_list(_object(
            "A comment.", id=_ID, url=_is(TEXT, "Its permalink."), title=TEXT, content_html=TEXT, date_published=TIME,
            date_modified=TIME, authors=_list(_object("Who wrote it.", name=TEXT)),
            optional={"_answerback": _object(
                "Of an AI reply.", **_MADE, verified_by_owner=FLAG, supported=_null(FLAG), support_reason=TEXT)},
        )),
    ),
    "Counts": _object("Published comments by page, as the call spells it.", counts=_map(COUNT)),
    "ChatEntry": _object(
        "A question or an answer of the ask box.",
        optional={"model": TEXT, "provider": TEXT, **_MADE, **_SUPPORT, **_FAILURE},
        id=_ID, role=_enum(("user", "assistant"), "Only an assistant's entry has the optional fields."),
        content=_is(TEXT, "Markdown."), html=TEXT, created_at=TIME, sources=_list(_ref("Source")),
        state=_ref("AnswerState"), key=_is(_null(TEXT), "The question's idempotency key."),
    ),
    "ChatHistory": _object("The visitor's own questions.", conversations=_list(_ref("ChatEntry")), **_COUNTED),
    "ChatAnswer": _object(
        "An answer of the ask box.", id=_ID, response=_is(TEXT, "Markdown."), html=TEXT, sources=_list(_ref("Source")),
        state=_ref("AnswerState"), model=TEXT, provider=TEXT, **_MADE, **_SUPPORT, **_FAILURE, **_COUNTED,
    ),
    "PageEvents": _object(
        "The data of a page's events, by the event's name.",
        **{
            "comment.added": _COMMENT_NEWS,
            "comment.changed": _COMMENT_NEWS,
            "comment.removed": _object("A comment is gone.", id=_ID),
            "answer.queued": _object("An answer is coming.", id=_ID, question_id=TEXT, comment=_ref("Comment")),
            "answer.delta": _DELTA,
            "answer.settled": _object("An answer has ended.", id=_ID, comment=_ref("Comment")),
            "reload": _object("Read the thread again, then events after its `last_event`."),
            "ping": _object("The stream gets through; the first comes at once, the others at least every 15 seconds."),
        },
    ),
    "ChatEvents": _object(
        "The data of an ask box answer's events, by the event's name.",
        **{
            "answer.queued": _object("An answer is coming.", id=_ID, question_id=TEXT, **_COUNTED),
            "answer.delta": _DELTA,
            "answer.settled": _ref("ChatAnswer"),
        },
    ),
}  # fmt: skip
"""Response schemas by name."""
