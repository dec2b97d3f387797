"""Errors as sentences for people, in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import AppError

_EN: Mapping[str, str] = {
    "email": "This is not an e-mail address.",
    "too_many_requests": "Too many tries in a short time. Wait a moment, then try again.",
}
_KO: Mapping[str, str] = {
    "email": "이메일 주소가 아닙니다.",
    "login_failed": "이메일 주소나 비밀번호가 맞지 않습니다.",
    "email_taken": "이 이메일 주소로 만든 계정이 이미 있습니다.",
    "password_weak": "비밀번호가 너무 짧거나 짐작하기 쉽습니다. 8~128자로 정하세요.",
    "validation_failed": "입력한 값을 확인하세요.",
    "too_many_requests": "시도가 너무 많습니다. 잠시 후 다시 시도하세요.",
    "origin_not_allowed": "이 주소는 이 사이트에 등록되어 있지 않습니다.",
    "site_unknown": "등록되지 않은 사이트입니다.",
    "not_found": "찾을 수 없는 페이지입니다.",
    "ticket_invalid": "이미 사용했거나 만료되었습니다. 새로 요청하세요.",
    "session_required": "다시 로그인하세요. 계정 페이지는 한 시간 동안 열려 있습니다.",
    "session_invalid": "이 페이지가 오래되었습니다. 돌아가서 새로 고친 뒤 다시 시도하세요.",
    "internal": "요청을 처리하지 못했습니다. 잠시 후 다시 시도하세요.",
}
_HANGUL = re.compile("[가-힣]")


def said(error: AppError, lang: str) -> str:
    """An error as a sentence in that language; what is Korean already stays as it is."""
    code = "email" if error.detail.startswith("email:") else error.code
    if lang != "ko":
        return _EN.get(code, error.detail)
    return error.detail if _HANGUL.search(error.detail) else _KO.get(code, _KO["internal"])
