"""What the pages around mail say, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "wait": "Look into your mail",
    "wait_sign_in": "If the address is right, a message with a link is on its way. Open the link in this browser, or "
    "type the code of the message here. This window goes on by itself.",
    "wait_reset": "If there is an account with this address, a message with a link is on its way. It lets you choose "
    "a new password.",
    "code": "Code",
    "go": "Sign in",
    "back": "Back to all ways to sign in",
    "bad_code": "That is not the code of the newest message, or it has been tried too often.",
    "sign_in": "Sign in",
    "sign_in_hint": "The link works once.",
    "sign_in_button": "Sign in",
    "elsewhere": "Open this link in the browser in which you began to sign in, or type the code of the message there. "
    "If you began nothing, close this page.",
    "verify": "Confirm your address",
    "verify_hint": "Confirm it only if it was you who registered at {site}.",
    "verify_button": "Confirm {email}",
    "verified": "Your address is confirmed. You can close this window.",
    "reset": "A new password",
    "reset_hint": "For {email}. You will be signed out everywhere else.",
    "password": "New password (8 to 128 characters)",
    "reset_button": "Save the password",
    "reset_done": "Your password is changed.",
    "signed_in": "It worked. Go back to the window in which you began; it goes on by itself.",
    "go_on": "Or go on here",
    "close": "You can close this window.",
    "over": "This link has been used already, or is too old. Ask for a new one.",
    "problem": "This does not work",
}
KO: Mapping[str, str] = {
    "wait": "메일을 확인하세요",
    "wait_sign_in": "주소가 맞다면 링크가 담긴 메일이 곧 도착합니다. 이 브라우저에서 링크를 열거나, 메일에 있는 코드를 "
    "여기에 입력하세요. 이 창은 자동으로 계속됩니다.",
    "wait_reset": "이 주소의 계정이 있다면 새 비밀번호를 정할 수 있는 링크가 메일로 곧 도착합니다.",
    "code": "코드",
    "go": "로그인",
    "back": "다른 로그인 방법 보기",
    "bad_code": "가장 최근 메일의 코드가 아니거나, 너무 여러 번 시도했습니다.",
    "sign_in": "로그인",
    "sign_in_hint": "링크는 한 번만 쓸 수 있습니다.",
    "sign_in_button": "로그인",
    "elsewhere": "로그인을 시작한 브라우저에서 이 링크를 열거나, 그 화면에 메일의 코드를 입력하세요. "
    "로그인을 시작한 적이 없다면 이 페이지를 닫으세요.",
    "verify": "이메일 주소 확인",
    "verify_hint": "{site}에 직접 가입한 경우에만 확인하세요.",
    "verify_button": "{email} 확인",
    "verified": "이메일 주소를 확인했습니다. 이 창을 닫아도 됩니다.",
    "reset": "새 비밀번호",
    "reset_hint": "{email} 계정입니다. 다른 모든 기기에서 로그아웃됩니다.",
    "password": "새 비밀번호 (8~128자)",
    "reset_button": "비밀번호 저장",
    "reset_done": "비밀번호를 바꿨습니다.",
    "signed_in": "확인했습니다. 로그인을 시작한 창으로 돌아가면 자동으로 계속됩니다.",
    "go_on": "여기서 계속하기",
    "close": "이 창을 닫아도 됩니다.",
    "over": "이미 사용했거나 만료된 링크입니다. 새로 요청하세요.",
    "problem": "문제가 생겼습니다",
}


def texts_in(lang: str) -> Mapping[str, str]:
    """The texts in a language: Korean or English."""
    return KO if lang == "ko" else EN
