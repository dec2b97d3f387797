"""Japanese: character pairs, with hiragana mostly as endings."""

from __future__ import annotations

import re

from .characters import BRACKETS, CLAUSES, ENDS, FIGURE, SCRIPT, pairs, weight
from .language import NEVER, Claims, Kind, Language

_INFLECTED = 0.8
"""What a character with the beginning of its ending weighs: a verb, mostly."""
_KANA = re.compile(r"[\u3040-\u30ff]")


def _weigh(term: str, place: int) -> float:
    soft = sum("\u3040" <= character <= "\u309f" for character in term)
    return _INFLECTED if soft == 1 else weight(soft) if len(term) == 2 else 1.0


JAPANESE = Language(
    tag="ja",
    script=SCRIPT,
    has_spaces=False,
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
        "how hot": Kind(r"温度|何\s?度(?!目)", r"\d\s?(?:度|℃|°)"),
        "how heavy": Kind(r"重さ|何\s?(?:キロ|グラム|kg)", r"\d\s?(?:kg|g|キロ|グラム|トン)"),
        "what size": Kind(
            r"大きさ|サイズ|高さ|長さ|何\s?(?:センチ|メートル|cm)", r"\d\s?(?:mm|cm|m|km|センチ|メートル)"
        ),
        "contact": Kind(r"電話|連絡|番号|メール", NEVER),
        "code": Kind(r"コマンド|コード|構文|オプション|関数", NEVER),
        "where": Kind(r"どこ", r"[でに]|駅|口|横|隣"),
    },
    moments=r"[月火水木金土日]曜|今日|明日|平日|週末|午前|午後",
    ends=ENDS,
    clauses=CLAUSES,
    brackets=BRACKETS,
    fold=pairs,
    weigh=_weigh,
    checks=r"(?:ます|です|ません|でしょう|いい|大丈夫|可能|ある|できる)か?[？?]?$|ない|なし|以外|禁止|不可",
    settles=r"^(?:はい|いいえ)|ない|ません|なし|以外|不可|禁止|できます|のみ|だけ|可能",
    whole=r"要約|まとめて|簡単に|翻訳|訳して|どんな(?:内容|ページ|記事)",
    leans=r"^(?:では|じゃあ|それで|そして|あと|また)|それ|そこ|その|これ|この|あれ",
    reminder="上の passage にあることだけを使って日本語で答え、文ごとに [1] のように番号を付けてください。"
    "答えがなければ、ページに書かれていないと答えてください。",
    unsaid=r"(?:ページ|サイト|記事)[^。\n]{0,60}(?:記載され|書かれ|載って|触れられて|示されて)(?:て)?(?:い)?(?:ません|ない)",
    silent=r"(?:記載され|書かれ)てい?ません",
    even_so=r"が、",
    consent=r"(?:クッキー|cookie) ?[をの](?:使用|利用|受け入れ)",
    claims=Claims(sources=r"出典|参照|資料|引用(?:元)?|ソース"),
)
