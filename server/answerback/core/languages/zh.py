"""Chinese: character pairs and single characters, since synonyms often share one."""

from __future__ import annotations

import re
from functools import cache

from .characters import BRACKETS, CLAUSES, ENDS, FIGURE, SCRIPT, pairs, weight
from .language import NEVER, Claims, Kind, Language

_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _helping() -> frozenset[str]:
    """Function characters, which say little about the topic."""
    return frozenset("".join(CHINESE.words("helping")))


def _weigh(term: str, place: int) -> float:
    return weight(sum(character in _helping() for character in term)) if len(term) == 2 else 1.0


def _telling(question: str) -> list[str]:
    return [character for character in _HAN.findall(question) if character not in _helping()]


CHINESE = Language(
    tag="zh",
    script=SCRIPT,
    has_spaces=False,
    kinds={
        "when": Kind(
            r"什么时候|什麼時候|何时|几\s?(?:点|月|号|时)|哪\s?(?:一?年|一?天|日)|星期几|周几",
            rf"{FIGURE}(?:年|月|日|号|時(?!間)|时|点|世紀|世纪)|"
            r"上午|下午|早上|晚上|凌晨|深夜|周[一二三四五六日末]|星期",
        ),
        "how long": Kind(
            r"多久|多长时间|几\s?(?:天|年|小时|分钟|个月)", rf"{FIGURE}(?:秒|分|小时|小時|日|天|周|个月|年)"
        ),
        "what it costs": Kind(r"多少钱|价格|票价|费用|價格|費用", rf"{FIGURE}(?:元|块|美元|欧元)|免费|免票"),
        "how many": Kind(r"多少(?!钱)|几\s?(?:个|位|人|家|本|间|次|楼|层)", FIGURE),
        "why": Kind(r"为什么|为何|為什麼", r"因为|由于|因|原因|為了|为了"),
        "how hot": Kind(r"温度|几度|多少度|多热", NEVER),
        "how heavy": Kind(r"多重|重量|几公斤", r"\d\s?(?:公斤|千克|克|吨|斤)"),
        "what size": Kind(r"多大|尺寸|多高|多长|多宽", r"\d\s?(?:厘米|毫米|米|公里)"),
        "contact": Kind(r"电话|联系|邮箱|号码", NEVER),
        "code": Kind(r"命令|代码|語法|语法|参数|函数", NEVER),
        "where": Kind(r"哪里|哪儿|何处|在哪|哪裡", r"在|位于|站|路|楼|层|旁"),
    },
    moments=r"今天|明天|周末|上午|下午|(?:周|星期)[一二三四五六日天]",
    ends=ENDS,
    clauses=CLAUSES,
    brackets=BRACKETS,
    fold=pairs,
    weigh=_weigh,
    signs=_HAN.findall,
    telling_signs=_telling,
    checks=r"[吗嗎]|能不能|可不可以|可以|是否|不|没|沒|除了",
    settles=r"^(?:是的?|不|可以|对)|不|没|沒|未|无|無|除外|禁止|可以|仅|僅|只",
    whole=r"总结|總結|概括|概要|翻译|翻譯|讲了什么|什么内容",
    leans=r"^(?:那么?|还有|另外|然后)|[它他她]们?|那个|这个|那里|这里",
    reminder="只根据上面的 passage 用中文回答，每句后面像 [1] 这样标上编号。没有答案就说页面没有提到。",
    unsaid=r"(?:页面|頁面|网站|網站|网页|網頁|文章)[^。\n]{0,30}(?:没有?|沒有?|未)(?:提|说|說|写|寫|给|給|说明|說明)",
    even_so="但",
    consent=r"(?:使用|接受)[^。\n]{0,6}(?:cookies?|曲奇)",
    claims=Claims(sources=r"来源|來源|出处|出處|引用|资料|資料|参考|參考"),
)
