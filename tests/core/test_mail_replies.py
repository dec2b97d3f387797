"""What somebody has written in reply to a mail, as the mail programs of the world send it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from answerback.core.mail_replies import read_reply, reply_address, unquoted

ADDRESS, SENDER, TOKEN = (
    "replies@comments.example",
    "Harbour bakery <post@bakery.example>",
    "abcdefghijklmnopqrstuvwx23",
)
OWN = ["replies@comments.example", "post@bakery.example"]
AT = "Sun, Nov 29, 2026 at 12:00 PM"
QUOTED = "> 1 comment on Bread needs a decision\n>\n> Is it vegan?\n"
SHAPES = {
    "gmail": f"Yes, it is.\n\nOn {AT} Harbour bakery <post@bakery.example>\nwrote:\n\n{QUOTED}",
    "gmail_wrapped": f"Yes, it is.\n\nOn {AT} Harbour bakery\n<post@bakery.example> wrote:\n\n{QUOTED}",
    "gmail_korean": "Yes, it is.\n\n2026년 11월 29일 (일), Harbour bakery <post@bakery.example>님이 작성:\n\n"
    + QUOTED,
    "apple": "Yes, it is.\n\nSent from my iPhone\n\n> On 29 Nov, at 12:00, Harbour <post@bakery.example> wrote:\n> \n"
    + QUOTED,
    "iphone_korean": "Yes, it is.\n\n나의 iPhone에서 보냄\n\n" + QUOTED,
    "outlook": "Yes, it is.\n\n________________________________\nFrom: Harbour <post@bakery.example>\nSent: Sunday\n"
    "To: Mina\nSubject: 1 comment\n\nIs it vegan?\n",
    "outlook_old": "Yes, it is.\n\n-----Original Message-----\nFrom: Harbour bakery\nIs it vegan?\n",
    "outlook_korean": "Yes, it is.\n\n-----원본 메시지-----\n보낸 사람: Harbour bakery\nIs it vegan?\n",
    "outlook_phone": "Yes, it is.\n\nGet Outlook for iOS\n________________________\nFrom: Harbour\nIs it vegan?",
    "below": "On Sunday Harbour bakery <post@bakery.example> wrote:\n" + QUOTED + "\nYes, it is.\n",
    "between": "Jin wrote:\n> Is it vegan?\nYes, it is.\n",
    "signature": "Yes, it is.\n-- \nMina\nHarbour bakery, Quay Street 1\n",
    "crlf": "Yes, it is.\r\n\r\n> Is it vegan?\r\n",
    "nothing_quoted": "Yes, it is.",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_only_what_was_written_is_left(shape: str) -> None:
    assert unquoted(SHAPES[shape], OWN) == "Yes, it is."


def test_paragraphs_lists_and_dashes_of_ones_own_stay() -> None:
    mine = "Dear Jin:\n\nYes - it is.\n\n- rye\n- oats\n\nI wrote it on my iPhone. See you!"
    assert unquoted(f"{mine}\n\n{QUOTED}", OWN) == mine


def mail(body: str = SHAPES["gmail"], **headers: str) -> EmailMessage:
    made = EmailMessage()
    fields = {"From": "Mina <Mina@Example.com>", "To": reply_address(ADDRESS, TOKEN), "Message-ID": "<1@example.com>"}
    for name, value in (fields | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        made[name] = value
    made.set_content(body)
    return made


def test_reply_names_its_address_and_its_sender() -> None:
    read = read_reply(mail().as_bytes(), ADDRESS, SENDER)
    assert read is not None
    assert (read.token, read.sender, read.name, read.words) == (
        TOKEN, "mina@example.com", "<1@example.com>", "Yes, it is.",
    )  # fmt: skip


def test_address_is_found_in_any_case_and_among_others() -> None:
    to = f"Jin <jin@example.com>, {reply_address(ADDRESS, TOKEN).upper()}"
    read = read_reply(mail(To=to).as_bytes(), ADDRESS, SENDER)
    assert read is not None and read.token == TOKEN


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "replies@comments.example"}, {"To": "replies+short@comments.example"},
        {"To": reply_address("replies@evil.example", TOKEN)}, {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"X_Autoreply": "yes"},
        {"Authentication_Results": "mx.example; spf=pass; DMARC = fail (p=none) header.from=example.com"},
    ],
)  # fmt: skip
def test_other_mail_is_no_reply(headers: dict[str, str]) -> None:
    assert read_reply(mail(**headers).as_bytes(), ADDRESS, SENDER) is None


@pytest.mark.parametrize(
    "head",
    [
        "From: jin@example.com\n", "To: " + "(" * 1_900 + "\n", f"To: {'a,' * 20_000}\n",
        "Content-Type: " + "(" * 1_900 + "\n", "Content-Type: text/plain; " + "a=b;" * 600 + "\n",
        "Authentication-Results: mx.example; dkim=pass\nAuthentication-Results: mx.example; dmarc=fail\n",
    ],
    ids=["two senders", "comments in comments", "long", "nested type", "long type", "disowned"],
)  # fmt: skip
def test_forged_or_monstrous_mail_is_no_reply(head: str) -> None:
    assert read_reply(head.encode() + mail().as_bytes(), ADDRESS, SENDER) is None


def test_mail_that_its_domain_vouches_for_is_read() -> None:
    passed = b"Authentication-Results: mx.example; dkim=fail; dmarc=pass\n"
    read = read_reply(passed + mail("Ja\x00.").as_bytes(), ADDRESS, SENDER)
    assert read is not None and read.words == "Ja."


def test_html_alone_is_read_without_its_quotes() -> None:
    html = EmailMessage()
    html["To"], html["From"] = reply_address(ADDRESS, TOKEN), "mina@example.com"
    html.set_content(
        "<html><head><style>p{}</style></head><body><p>Yes, <b>it</b> is.</p>"
        "<div>On Sunday &lt;post@bakery.example&gt; wrote:</div><blockquote><p>Is it vegan?</p></blockquote></body>",
        subtype="html",
    )
    read = read_reply(html.as_bytes(), ADDRESS, SENDER)
    assert read is not None and read.words == "Yes, it is."


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"To: x", b"Content-Type: text/plain; charset=none\n\n\xff"])
def test_garbage_is_no_reply(raw: bytes) -> None:
    assert read_reply(raw, ADDRESS, SENDER) is None


def test_unknown_charset_is_no_words() -> None:
    head = f"To: {reply_address(ADDRESS, TOKEN)}\nFrom: mina@example.com\n"
    read = read_reply(f"{head}Content-Type: text/plain; charset=none-such\n\nHi".encode(), ADDRESS, SENDER)
    assert read is not None and read.words in ("", "Hi")
