"""What the sign-in page says, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "ways": "Sign in",
    "with": "Continue with {}",
    "email": "E-mail address",
    "password": "Password",
    "sign_in": "Sign in",
    "forgotten": "Forgotten your password?",
    "no_account": "No account yet?",
    "to_register": "Register",
    "by_mail": "Send me a link instead",
    "by_mail_hint": "Without a password: we send a link to your address.",
    "register": "New account",
    "name": "Name, as others see it",
    "new_password": "Password (8 to 128 characters)",
    "create": "Create the account",
    "back": "Back to all ways to sign in",
    "reset": "Forgotten password",
    "reset_hint": "We send a link that lets you choose a new one.",
    "send": "Send the link",
    "handed_over": "You are signed in",
    "handed_over_hint": "This window closes by itself.",
    "return": "Back to the page",
    "over": "This sign-in is over, or was begun in another browser. Go back to the page and begin again.",
    "close": "You can close this window and try again from the page.",
}
KO: Mapping[str, str] = {
    "ways": "로그인",
    "with": "{}로 계속하기",
    "email": "이메일 주소",
    "password": "비밀번호",
    "sign_in": "로그인",
    "forgotten": "비밀번호를 잊으셨나요?",
    "no_account": "계정이 없으신가요?",
    "to_register": "가입하기",
    "by_mail": "링크로 로그인하기",
    "by_mail_hint": "비밀번호 없이: 메일로 링크를 보내 드립니다.",
    "register": "새 계정",
    "name": "이름 (다른 사람에게 보입니다)",
    "new_password": "비밀번호 (8~128자)",
    "create": "계정 만들기",
    "back": "다른 로그인 방법 보기",
    "reset": "비밀번호 찾기",
    "reset_hint": "새 비밀번호를 정할 수 있는 링크를 보내 드립니다.",
    "send": "링크 보내기",
    "handed_over": "로그인했습니다",
    "handed_over_hint": "이 창은 저절로 닫힙니다.",
    "return": "페이지로 돌아가기",
    "over": "이 로그인은 만료되었거나 다른 브라우저에서 시작되었습니다. 원래 페이지로 돌아가 다시 시작하세요.",
    "close": "이 창을 닫고 원래 페이지에서 다시 시도하세요.",
}


def texts_in(lang: str) -> Mapping[str, str]:
    """The texts in a language: Korean or English."""
    return KO if lang == "ko" else EN
