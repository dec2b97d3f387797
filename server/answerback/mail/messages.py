"""What the messages say, in English and Korean, as text and as simple HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from .transport import Message

Texts = Mapping[str, Mapping[str, str]]

TEXTS: Mapping[str, Texts] = {
    "sign_in": {
        "en": {
            "subject": "Sign in to {site}",
            "opening": "Press the button to sign in to {site}.",
            "button": "Sign in",
            "code": "Or type this code where you began: {code}",
            "closing": "Both work once, for {minutes} minutes, in the browser in which you began. "
            "If you did not ask for this, ignore this message: without it nobody gets in.",
        },
        "ko": {
            "subject": "{site} 로그인",
            "opening": "아래 버튼을 누르면 {site}에 로그인합니다.",
            "button": "로그인",
            "code": "또는 로그인을 시작한 화면에 이 코드를 입력하세요: {code}",
            "closing": "링크와 코드는 로그인을 시작한 브라우저에서 {minutes}분 안에 한 번만 쓸 수 있습니다. "
            "직접 요청하지 않았다면 이 메일을 무시하세요. 이 메일 없이는 아무도 로그인할 수 없습니다.",
        },
    },
    "verify": {
        "en": {
            "subject": "Confirm your address for {site}",
            "opening": "Somebody has registered at {site} with this e-mail address. If it was you, confirm it.",
            "button": "Confirm this address",
            "code": "",
            "closing": "The link works once, for {hours} hours. If it was not you, ignore this message and do not "
            "press the button.",
        },
        "ko": {
            "subject": "{site} 이메일 주소 확인",
            "opening": "이 이메일 주소로 {site}에 가입 신청이 있었습니다. 본인이 맞으면 주소를 확인해 주세요.",
            "button": "이메일 주소 확인",
            "code": "",
            "closing": "링크는 {hours}시간 안에 한 번만 쓸 수 있습니다. "
            "본인이 아니라면 버튼을 누르지 말고 이 메일을 무시하세요.",
        },
    },
    "reset": {
        "en": {
            "subject": "A new password for {site}",
            "opening": "Somebody has asked for a new password for your account at {site}. "
            "If it was you, choose one here.",
            "button": "Choose a new password",
            "code": "",
            "closing": "The link works once, for {minutes} minutes. If it was not you, ignore this message: your "
            "password stays as it is.",
        },
        "ko": {
            "subject": "{site} 비밀번호 재설정",
            "opening": "{site} 계정의 비밀번호 재설정 요청이 있었습니다. "
            "본인이 맞으면 아래에서 새 비밀번호를 정하세요.",
            "button": "새 비밀번호 정하기",
            "code": "",
            "closing": "링크는 {minutes}분 안에 한 번만 쓸 수 있습니다. 본인이 아니라면 이 메일을 무시하세요. "
            "비밀번호는 바뀌지 않습니다.",
        },
    },
}
BUDGET: Texts = {
    "en": {
        "subject": "{site}: most of today's budget is used",
        "opening": "{used} are used today at {site}. When all are used, visitors get what is answered already; "
        "tomorrow it begins anew.",
        "button": "See the log",
        "code": "",
        "closing": "This message comes once a day for each budget. The budgets are settings of the site.",
    },
    "ko": {
        "subject": "{site}: 오늘 예산을 거의 다 썼습니다",
        "opening": "오늘 {site}에서 {used}까지 썼습니다. 모두 쓰면 방문자는 이미 답변된 내용만 보게 되고, "
        "내일 다시 시작됩니다.",
        "button": "기록 보기",
        "code": "",
        "closing": "이 메일은 예산마다 하루에 한 번만 보냅니다. 예산은 사이트 설정에서 바꿀 수 있습니다.",
    },
}


def language(lang: str) -> str:
    """`ko` for Korean in any spelling, else `en`."""
    return "ko" if lang.lower().partition("-")[0] == "ko" else "en"


def link_message(purpose: str, to: str, *, site: str, lang: str, link: str, code: str, seconds: int) -> Message:
    """The message that carries a link (and a code, if there is one) that is good for `seconds`.

    Nothing that a visitor has written is in it: `site` is the name that its owner gave it.
    """
    minutes, hours = str(seconds // 60), str(seconds // 3600)
    return _message(TEXTS[purpose], to, lang, link, site=site, code=code, minutes=minutes, hours=hours)


def budget_message(to: str, *, site: str, lang: str, used: str, link: str) -> Message:
    """The message that tells an owner how much of a day's budget is used (`8,100 of 10,000 tokens`)."""
    return _message(BUDGET, to, lang, link, site=site, used=used)


def _message(of: Texts, to: str, lang: str, link: str, *, site: str, code: str = "", **values: str) -> Message:
    lang = language(lang)
    values |= {"site": " ".join(site.split()), "code": code}
    texts = {name: text.format(**values) for name, text in of[lang].items()}
    shown = [texts["opening"], link, texts["code"] if code else "", texts["closing"]]
    return Message(
        to,
        texts["subject"],
        "\n\n".join(part for part in shown if part) + "\n",
        _html(texts, link, lang, with_code=bool(code)),
        lang,
    )


def _html(texts: Mapping[str, str], link: str, lang: str, *, with_code: bool) -> str:
    code = f'<p style="margin:0 0 20px">{escape(texts["code"])}</p>' if with_code else ""
    return (
        f'<!doctype html><html lang="{lang}"><body style="margin:0;padding:24px;background:#f6f6f4;color:#1d1f23;'
        'font:16px/1.6 -apple-system,Segoe UI,Apple SD Gothic Neo,Malgun Gothic,sans-serif">'
        '<div style="max-width:480px;margin:0 auto;padding:28px;background:#fff;border-radius:14px">'
        f'<p style="margin:0 0 20px">{escape(texts["opening"])}</p>'
        f'<p style="margin:0 0 20px"><a href="{escape(link)}" style="display:inline-block;padding:12px 20px;'
        f'border-radius:10px;background:#4050c8;color:#fff;text-decoration:none">{escape(texts["button"])}</a></p>'
        f'{code}<p style="margin:0 0 20px;color:#5c6169;font-size:14px;word-break:break-all">{escape(link)}</p>'
        f'<p style="margin:0;color:#5c6169;font-size:14px">{escape(texts["closing"])}</p></div></body></html>\n'
    )
