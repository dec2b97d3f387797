"""Japanese: pairs of characters, of which hiragana are mostly endings."""

from __future__ import annotations

import re

from .characters import BRACKETS, CLAUSES, ENDS, FIGURE, SCRIPT, pairs, weight
from .language import Kind, Language

_KANA = re.compile(r"[\u3040-\u30ff]")


def _weigh(term: str, place: int) -> float:
    return weight(sum("\u3040" <= character <= "\u309f" for character in term)) if len(term) == 2 else 1.0


JAPANESE = Language(
    tag="ja",
    script=SCRIPT,
    is_written=lambda text: _KANA.search(text) is not None,
    kinds={
        "when": Kind(
            r"いつ|何\s?(?:時(?!間)|年(?!間)|月|日(?!間)|曜)",
            rf"{FIGURE}(?:年|月|日|時(?!間)|世紀)|午前|午後|深夜|曜",
        ),
        "how long": Kind(
            r"どのくらい|どれくらい|何\s?(?:分|時間|日間|年間|週間)",
            rf"{FIGURE}(?:秒|分|時間|日|週間|か月|ヶ月|年)",
        ),
        "what it costs": Kind(r"いくら|値段|料金|価格", rf"{FIGURE}(?:円|元|ドル|ユーロ)|無料"),
        "how many": Kind(r"いくつ|何\s?(?:人|個|台|枚|本|冊|名|室|席|回|部屋)", FIGURE),
        "why": Kind(r"なぜ|どうして", r"ため|ので|から|原因"),
        "where": Kind(r"どこ", r"[でに]|駅|口|横|隣"),
    },
    moments=r"[月火水木金土日]曜|今日|明日|平日|週末|午前|午後",
    ends=ENDS,
    clauses=CLAUSES,
    brackets=BRACKETS,
    fold=pairs,
    weigh=_weigh,
    unsaid=r"(?:ページ|サイト|記事)[^。\n]{0,60}(?:記載され|書かれ|載って|触れられて|示されて)(?:て)?(?:い)?(?:ません|ない)",
    silent=r"(?:記載され|書かれ)てい?ません",
    even_so=r"が、",
    consent=r"(?:クッキー|cookie) ?[をの](?:使用|利用|受け入れ)",
)
