"""Japanese and Chinese questions: what they ask with, and what they are about."""

from __future__ import annotations

import re

ALONE = 0.5
"""What a character by itself weighs beside a pair of them."""
_HELPING = frozenset(
    "的了吗呢吧啊呀是在有我你您他她它们这那哪什么怎为谁几多少能可以会要请问和与或也都就还不没到从被把候"
)
"""Characters that make a Chinese sentence and say little of what it is about."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_FIGURE = r"[\d一二三四五六七八九十百千万〇零两]{1,12}\s?"

KINDS = (
    (
        r"いつ|何\s?(?:時(?!間)|年(?!間)|月|日(?!間)|曜)|什么时候|什麼時候|何时|几\s?(?:点|月|号|时)|"
        r"哪\s?(?:一?年|一?天|日)|星期几|周几",
        rf"{_FIGURE}(?:年|月|日|号|時(?!間)|时|点|世紀|世纪)|"
        r"午前|午後|上午|下午|早上|晚上|凌晨|深夜|曜|周[一二三四五六日末]|星期",
    ),
    (
        r"どのくらい|どれくらい|何\s?(?:分|時間|日間|年間|週間)|多久|多长时间|几\s?(?:天|年|小时|分钟|个月)",
        rf"{_FIGURE}(?:秒|分|時間|小时|小時|日|天|週間|周|か月|ヶ月|个月|年)",
    ),
    (
        r"いくら|値段|料金|価格|多少钱|价格|票价|费用|價格|費用",
        rf"{_FIGURE}(?:円|元|块|ドル|ユーロ|美元|欧元)|無料|免费|免票",
    ),
    (
        r"いくつ|何\s?(?:人|個|台|枚|本|冊|名|室|席|回|部屋)|多少(?!钱)|几\s?(?:个|位|人|家|本|间|次|楼|层)",
        _FIGURE,
    ),
    (r"なぜ|どうして|为什么|为何|為什麼", r"ため|ので|から|因为|由于|因|原因|為了|为了"),
    (r"どこ|哪里|哪儿|何处|在哪|哪裡", r"[でに]|駅|口|横|隣|在|位于|站|路|楼|层|旁"),
)  # fmt: skip
"""What asks for a kind of thing, and what such a thing looks like."""


def is_eastern(character: str) -> bool:
    """Whether it is a kana or a Chinese character."""
    return "\u3040" <= character <= "\u9fff"


def is_japanese(question: str) -> bool:
    """Whether there are kana in it."""
    return _KANA.search(question) is not None


def weight_of_pair(pair: str, *, japanese: bool) -> float:
    """What two characters of a question weigh: endings, and what only asks, weigh little."""
    if japanese:
        soft = sum("\u3040" <= character <= "\u309f" for character in pair)
    else:
        soft = sum(character in _HELPING for character in pair)
    return (1.0, 0.5, 0.15)[soft]


def characters(text: str) -> list[str]:
    """Chinese characters one by one, in order: two words for the same thing often share one of them."""
    return _HAN.findall(text)


def telling(question: str) -> list[str]:
    """Those of a question that say what it is about."""
    return [character for character in characters(question) if character not in _HELPING]
