"""What is said when signing in elsewhere does not work: sentences of ours, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "title": "Sign in",
    "kakao": "Kakao",
    "github": "GitHub",
    "cancelled": "You did not sign in with {provider}. Nothing has been changed.",
    "unavailable": "{provider} does not respond at the moment. Try again in a while, or choose another way.",
    "refused": "Signing in with {provider} did not work. Try again, or choose another way.",
    "lost": "This sign-in is over, or was begun in another browser. Go back to the page and begin again.",
    "again": "Back to all ways to sign in",
    "close": "You can close this window.",
}
KO: Mapping[str, str] = {
    "title": "로그인",
    "kakao": "카카오",
    "github": "GitHub",
    "cancelled": "{provider} 로그인을 취소했습니다. 바뀐 것은 없습니다.",
    "unavailable": "{provider}가 지금 응답하지 않습니다. 잠시 후 다시 시도하거나 다른 방법을 선택하세요.",
    "refused": "{provider} 로그인에 실패했습니다. 다시 시도하거나 다른 방법을 선택하세요.",
    "lost": "이 로그인은 만료되었거나 다른 브라우저에서 시작되었습니다. 원래 페이지로 돌아가 다시 시작하세요.",
    "again": "다른 로그인 방법 보기",
    "close": "이 창을 닫아도 됩니다.",
}


def texts_in(lang: str) -> Mapping[str, str]:
    """The texts in a language: Korean or English."""
    return KO if lang == "ko" else EN
