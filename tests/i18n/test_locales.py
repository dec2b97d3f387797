"""The files of the languages say the same things, in forms that each language has, and nothing that is not used."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from answerback.accounts.factors.notices import Change
from answerback.admin.log_store import ANSWER_STATES, COMMENT_STATES
from answerback.admin.pages.audit import ACTIONS
from answerback.admin.pages.jobs import KINDS
from answerback.admin.pages.knowledge import ADVICE, PROBLEMS, REASONS
from answerback.admin.pages.log import STATES
from answerback.admin.pages.security import DONE
from answerback.admin.routes import NAVIGATION
from answerback.admin.setting_fields import BOXES, GROUPS, HINTS, choices, fault
from answerback.admin.setting_fields import KINDS as FIELDS
from answerback.answers.gaps import WHY
from answerback.answers.providers import PROVIDER_ERRORS
from answerback.comments.approval.deciding import ACTIONS as DECISIONS
from answerback.comments.approval.reports_store import KINDS as REPORT_KINDS
from answerback.comments.approval.reviewables_store import KINDS as REVIEWED
from answerback.core import approval
from answerback.core.grounding.review import Reason
from answerback.core.notices import KINDS as NOTICES
from answerback.core.notices import PACES
from answerback.core.roles import ROLES
from answerback.core.subscriptions import KINDS as TOPICS
from answerback.core.subscriptions import WHATS
from answerback.core.webhooks import EVENTS, FORMATS, TEST
from answerback.errors import CODES
from answerback.i18n import cldr
from answerback.i18n.__main__ import main
from answerback.i18n.catalogue import Entry, Texts, entries, languages, own_entries, owner_languages
from answerback.knowledge.crawl.store import STATUSES
from answerback.mail.samples import SAMPLES
from answerback.notify.mail_decisions import Outcome
from answerback.notify.webhooks_store import State
from answerback.sites.settings import AI_RULES

ROOT = Path(__file__).parents[2]
SERVER, WIDGET = ROOT / "server" / "answerback", ROOT / "widget" / "src"
ADMIN = SERVER / "admin"
USED_IN = {
    "widget": [WIDGET],
    "writing": [WIDGET / "writing"],
    "thread": [SERVER / "comments"],
    "answers": [SERVER / "answers", SERVER / "evaluation"],
    "budgets": [SERVER / "answers"],
    "mail": [SERVER / "mail"],
    "mail.notice": [SERVER / "mail" / "notices.py", SERVER / "notify" / "payloads.py"],
    "sign_in": [SERVER / "accounts" / "sign_in", SERVER / "web"],
    "account": [SERVER / "accounts" / "profile"],
    "errors": [SERVER],
    "web": [SERVER / "web", ADMIN],
    "server": [SERVER / "maintenance"],
    "export": [SERVER / "transfer"],
    "admin": [ADMIN],
    "reasons": [ADMIN],
    "reports": [SERVER / "comments"],
    "notifications": [SERVER / "notify"],
    "mail.subscribe": [SERVER / "mail" / "visitor_messages.py"],
    "mail.news": [SERVER / "mail" / "visitor_messages.py"],
    "admin.notifications": [
        ADMIN / "notice_stop.html",
        ADMIN / "pages" / "notifications.py",
        ADMIN / "pages" / "notifications.html",
    ],
    "admin.mails": [ADMIN / "pages" / "mails.py", ADMIN / "pages" / "mails.html"],
    "admin.by_mail": [ADMIN / "by_mail.py", ADMIN / "by_mail.html"],
    "admin.first_run": [ADMIN / "first_run.py", ADMIN / "first_run.html"],
    "admin.sign_in": [
        ADMIN / "sign_in.py",
        ADMIN / "sign_in.html",
        ADMIN / "sign_in_link.html",
        ADMIN / "sign_in_second.html",
    ],
    "admin.confirm": [ADMIN / "confirming.py", ADMIN / "pages" / "confirm.html"],
    "admin.security_app": [ADMIN / "pages" / "security_app.html"],
    **{
        f"admin.{page}": [ADMIN / "pages" / f"{page}.py", ADMIN / "pages" / f"{page}.html"]
        for page in (
            "inbox",
            "saved_replies",
            "log",
            "comment",
            "people",
            "knowledge",
            "unanswered",
            "addresses",
            "bans",
            "spam",
            "threads",
            "jobs",
            "team",
            "audit",
            "webhooks",
            "security",
            "start",
        )
    },
    "admin.site_settings": [
        *(ADMIN / "pages" / name for name in ("site_settings.py", "site_settings.html", "preview.py"))
    ],
    "admin.new_site": [
        *(ADMIN / "pages" / f"new_site.{kind}" for kind in ("py", "html")),
        ADMIN / "first_run.py",
        ADMIN / "first_run.html",
    ],
}
"""Where the texts of an area are named; what one area shows, another may show too."""
OWNERS = (
    *(f"{area}." for area in "admin server budgets reasons web.states".split()),
    *(
        f"mail.{message}."
        for message in "server budget invitation notice webhook reply_refused sign_in_change trial".split()
    ),
    "answers.elsewhere",
    *(f"web.{name}" for name in "under all_sites site show clear more_of_list newest older more".split()),
    *(
        f"errors.{name}"
        for name in "alias_refused answer_length answer_running changed_meanwhile code_wrong note_length "
        "passkey_wrong price_unknown role_required unfinished".split()
    ),
)
"""What only owners read."""
ON_THE_SERVER = "t|w|bar"
NAMES = f"{ON_THE_SERVER}|words|texts|widget"
"""What texts are called in code."""
NAMED = re.compile(
    rf"""\b(?:{ON_THE_SERVER})\[["']([\w.]+)["']\]"""
    rf"""|\b(?:{ON_THE_SERVER})(?:\.counted)?\(["']([\w.]+)["'](?! ~)"""
)
PARTS = {name for name in dir(Texts("en", "widget")) if not name.startswith("__")}
"""What templates read of texts that is no text."""
# Names that are put together, and of what.
COMPOSED = {
    "widget.problems": CODES.keys() | {"offline"},
    "writing.refusals": CODES.keys(),
    "writing.askRule": {"always", "questions", "mention", "drafts", "off"},
    "errors": CODES.keys(),
    "answers.failures": PROVIDER_ERRORS,
    "reasons": {*approval.REASONS},
    "reports": {"report", "hidden"},
    "reports.kinds": {*REPORT_KINDS},
    "reports.states": {"upheld", "declined"},
    "reports.grounds": {*REPORT_KINDS, "rules"},
    "reports.appeals": {"open", "upheld", "reversed"},
    "web.support": set(get_args(Reason)) - {""},
    "budgets": {"answers", "tokens", "money"},
    "sign_in.providers": {"github", "kakao"},
    "web.states": {*COMMENT_STATES, *ANSWER_STATES, "private"},
    "mail.subscribe.kinds": {*TOPICS},
    "mail.news.what": {*WHATS},
    "notifications.kinds": {*TOPICS},
    "mail.notice.titles": {*NOTICES},
    "mail.notice.buttons": {*DECISIONS, "reply"},
    "mail.trial": {"subject", "opening", "button", "closing"},
    "mail.reply_refused": {"subject", "opening", "button", "closing"},
    "mail.reply_refused.reasons": {*get_args(Outcome), "empty"} - {"ready", "done"},
    "admin.mails.names": {*SAMPLES},
    "admin.by_mail.titles": {*DECISIONS},
    "admin.by_mail.buttons": {*DECISIONS},
    "admin.by_mail.done": {*DECISIONS},
    "admin.by_mail.outcomes": {*get_args(Outcome)} - {"ready", "done"},
    "mail.notice.what": {"comment", "edited", "removed", "corrected", *REVIEWED} - {"alert"},
    "admin.notifications.kinds": {*NOTICES},
    "admin.notifications.paces": {*PACES},
    "admin.webhooks.events": {event.replace(".", "_") for event in (*EVENTS, TEST)},
    "admin.webhooks.formats": {*FORMATS},
    "admin.webhooks.wrong": {"url", "events"},
    "admin.webhooks.states": {*get_args(State)},
    "admin.webhooks.problems": {"address", "slow", "network", "paused"},
    "mail.sign_in_change.what": {*get_args(Change)},
    "admin.security.done": {*DONE},
    "admin.navigation": {name for _, name in NAVIGATION},
    "admin.team.roles": {*ROLES},
    "admin.team.may": {*ROLES},
    "admin.audit.actions": {*ACTIONS},
    "admin.site_settings.groups": GROUPS.keys(),
    "admin.site_settings.labels": {*FIELDS, "language"} - {"lang"},
    "admin.site_settings.hints": {*HINTS},
    "admin.site_settings.wrong": {fault(name) for name, kind in FIELDS.items() if kind not in ("flag", "boxes")},
    "admin.site_settings.choices.moderation": {*BOXES},
    "admin.site_settings.choices.lang": {"page"},
    **{
        f"admin.site_settings.choices.{name}": {*choices(name)}
        for name, kind in FIELDS.items()
        if kind == "choice" and name != "lang"
    },
    "admin.new_site.wrong": {"name", "key", "origins"},
    "admin.comment.holds_of": {"none", "all", "some", "first", "links", "pictures", "words"},
    "admin.inbox.kinds": {*REVIEWED},
    "admin.inbox.badges": {*REVIEWED, "edit"},
    "admin.inbox.budgets": {"answers", "tokens", "money"},
    "admin.inbox.report_kinds": {*REPORT_KINDS},
    "admin.inbox.report_states": {"open", "upheld", "declined"},
    "admin.inbox.done": {*DECISIONS, "dismiss", "undo", "reply", "correct"},
    "admin.inbox.decided": {*DECISIONS.values(), "dismissed"},
    "admin.inbox.keys_of": {*"jkahsrbux", "slash", "help"},
    "admin.log.groups": STATES.keys(),
    "admin.log.kinds": {"question", "answer", "reply", "comment"},
    "admin.log.authors": {"user", "guest", "owner", "ai"},
    "admin.comment.rules": {*AI_RULES},
    "admin.threads.rules": {*AI_RULES},
    "admin.comment.moderated": {"question", "answer"},
    "admin.comment.verdicts": {"off", "passed", "blocked", "unchecked"},
    "admin.comment.actions": {"answered", "corrected", "verified", "withdrawn", "renewed"},
    "admin.people": {f"{kind}{of}" for kind in ("member", "guest") for of in ("", "_of")},
    "admin.knowledge.statuses": {*STATUSES},
    "admin.knowledge.problems": {*PROBLEMS},
    "admin.knowledge.reasons": {*REASONS},
    "admin.knowledge.advice": {*ADVICE},
    "admin.jobs.kinds": {*KINDS},
    "admin.addresses.reasons": {"redirect", "canonical"},
    "admin.unanswered.why": {*WHY, "no_support", "failed"},
    **{
        f"mail.{message}": {"subject", "opening", "button", "code", "closing"}
        for message in ("sign_in", "verify", "reset", "budget", "server", "invitation", "webhook", "sign_in_change")
    },
    "answers": {f"{place}_{what}" for place in ("page", "site") for what in ("says", "silent")},
    "sign_in": {
        *(f"wait_{purpose}" for purpose in ("sign_in", "reset")),
        *(f"link_{purpose}{part}" for purpose in ("sign_in", "verify", "reset") for part in ("", "_hint", "_button")),
        *("cancelled", "unavailable", "refused"),
    },
}


def for_owners(name: str) -> bool:
    """Whether visitors never see a text: it is in `OWNERS`, or an error that only owners' pages name."""
    if any(name == each or (each.endswith(".") and name.startswith(each)) for each in OWNERS):
        return True
    error = name.removeprefix("errors.")
    return error != name and error not in CODES and not re.search(rf'reason=[^\n]*"{error}"', elsewhere())


@cache
def elsewhere() -> str:
    """The server's code beside the owners' pages."""
    return "\n".join(path.read_text("utf-8") for path in SERVER.rglob("*.py") if ADMIN not in path.parents)


def forms(entry: Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


def naming(name: str) -> re.Pattern[str]:
    """What names a text in code: `t.name`, `t["name"]`, `const { name } = texts`."""
    return re.compile(rf"""["']{name}["']|\b(?:{NAMES})\.{name}\b|[{{,]\s*{name}\s*[,}}][^;]*\btexts\b""")


def area_of(name: str) -> str:
    """The area that a text belongs to, the narrowest of several."""
    return max((area for area in USED_IN if name.startswith(f"{area}.")), key=len, default="")


@cache
def files(area: str) -> frozenset[Path]:
    found = (path for place in USED_IN[area] for path in (place.rglob("*") if place.is_dir() else [place]))
    return frozenset(path for path in found if path.suffix in (".py", ".html", ".ts") and "static" not in path.parts)


@pytest.mark.parametrize("lang", languages())
def test_languages_have_the_same_texts(lang: str) -> None:
    """Those that visitors see in each; owners' in two (docs/architecture.md)."""
    wanted = {name for name in entries("en") if lang in owner_languages() or not for_owners(name)}
    assert own_entries(lang).keys() == wanted
    assert lang == lang.lower(), "the name of the file is the tag in small letters"


@pytest.mark.parametrize("lang", languages())
def test_placeholders_agree_with_english(lang: str) -> None:
    english = entries("en")
    for name, entry in own_entries(lang).items():
        wanted = set().union(*map(placeholders, forms(english[name])))
        for text in forms(entry):
            assert (
                placeholders(text) | {"n"} == wanted | {"n"}
                if not isinstance(entry, str)
                else (placeholders(text) == wanted)
            ), name
            assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text)), name


@pytest.mark.parametrize("lang", languages())
def test_plural_forms_are_those_of_cldr(lang: str) -> None:
    english = entries("en")
    for name, entry in own_entries(lang).items():
        assert isinstance(entry, str) == isinstance(english[name], str), name
        if not isinstance(entry, str):
            assert entry.keys() == cldr.plural_categories(lang), name


@pytest.mark.parametrize("lang", languages())
def test_name_and_direction_agree_with_cldr(lang: str) -> None:
    found = entries(lang)
    assert found["direction"] == cldr.text_direction(lang)
    assert found["name"] == cldr.own_name(lang)


@pytest.mark.parametrize("lang", languages())
def test_texts_have_no_stray_spaces_or_ends(lang: str) -> None:
    for name, entry in own_entries(lang).items():
        for text in forms(entry):
            assert text == " ".join(text.split()), f"{name}: spaces"
            assert not re.search(r"[.。!?]{2}|\.\s*\.", text), f"{name}: two ends"
            assert "<" not in text, f"{name}: no markup"


def test_every_text_is_used() -> None:
    code = {area: "\n".join(path.read_text("utf-8") for path in files(area)) for area in USED_IN}
    unused = []
    for name in entries("en").keys() - {"name", "direction"}:
        area, (group, _, last) = area_of(name), name.rpartition(".")
        assert area, f"{name} is of no area"
        own = name.removeprefix(f"{area}.")
        if last not in COMPOSED.get(group, ()) and not naming(own).search(code[area]):
            unused.append(name)
    assert unused == []


def test_texts_named_in_code_exist() -> None:
    """On the server; the widget's are checked by their type, and what is put together below."""
    known, missing = entries("en").keys(), []
    for path in (path for path in SERVER.rglob("*") if path.suffix in (".py", ".html")):
        areas = [area for area in USED_IN if path in files(area)]
        text = path.read_text("utf-8")
        found = NAMED.findall(text)
        if path.suffix == ".html":
            found += [
                (name, "") for name in re.findall(rf"(?<!\w)(?:{ON_THE_SERVER})\.(\w+)", text) if name not in PARTS
            ]
        names = {one or other for one, other in found}
        missing += [
            f"{path.name}: {name}"
            for name in names
            if not any(f"{area}.{name}" in known for area in [*areas, "widget"]) and not name.endswith(".")
        ]
    assert missing == []


@pytest.mark.parametrize("group", COMPOSED)
def test_composed_names_exist(group: str) -> None:
    optional = {
        "widget.problems": CODES.keys(),
        "writing.refusals": CODES.keys(),
        "mail.verify": {"code"},
        "mail.reset": {"code"},
        "mail.budget": {"code"},
        "mail.server": {"code"},
        "mail.invitation": {"code"},
        "mail.webhook": {"code"},
        "mail.sign_in_change": {"code"},
    }
    wanted = {f"{group}.{name}" for name in COMPOSED[group] - optional.get(group, set())}
    assert wanted <= entries("en").keys()


def test_no_text_hides_an_attribute_of_texts() -> None:
    assert [name for name in entries("en") if "." in name and name.rpartition(".")[2] in PARTS] == []


def test_command_prints_texts_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    main("widget.comments")
    said = capsys.readouterr().out
    assert said.startswith("widget.comments\n    en one: {n} comment\n    en other: {n} comments\n    ar ")
    assert "    ko other: 댓글 {n}개\n" in said
