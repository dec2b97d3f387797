"""What stands around the text of pages, in their language: menus, teasers, banners, what visitors have written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """The words of a site's frame."""

    menu: tuple[str, ...]
    search: str
    edit: str
    share: tuple[str, ...]
    near: tuple[str, str]
    cookies: str
    accept: str
    newsletter: str
    subscribe: str
    rights: str
    byline: str
    teasers: tuple[tuple[str, str], ...]
    more: str
    comments: tuple[tuple[str, str], ...]
    reply: str


EN = Frame(
    ("Home", "Journal", "Shop", "About us", "Contact"),
    "Search this site",
    "Edit this page on GitHub",
    ("Share on Facebook", "Tweet", "Copy link"),
    ("Previous: Getting started", "Next: Advanced topics"),
    "We use cookies to improve your experience and to count visits. You can change your choice at any time.",
    "Accept all",
    "Once a month we write what is new. No spam, ever.",
    "Subscribe",
    "© 2026 Northern Lights Ltd. All rights reserved.",
    "Posted on 14 March 2026 by Marit in Travel",
    (
        (
            "Seven walks for grey days",
            "Where to go when the clouds hang low over the fjord and the ferry is late again.",
        ),
        (
            "A museum of lost gloves",
            "Every spring the collection grows by a few hundred, and nobody ever asks for one back.",
        ),
        ("The baker who sleeps at noon", "We spent a night in the smallest bakery of the island and learned to fold."),
    ),
    "Read more",
    (
        ("Hannah says:", "Thank you, this saved my weekend! I had tried everything else before."),
        ("old_salt says:", "Not true in my case, mine broke after two years already."),
    ),
    "Leave a reply",
)
KO = Frame(
    ("홈", "글목록", "상점", "소개", "방명록"),
    "검색어를 입력하세요",
    "이 문서 편집",
    ("페이스북 공유", "트위터 공유", "주소 복사"),
    ("이전 글", "다음 글"),
    "더 나은 서비스를 위해 쿠키를 사용합니다. 설정은 언제든지 바꿀 수 있습니다.",
    "모두 허용",
    "한 달에 한 번 새 소식을 보내 드립니다.",
    "구독하기",
    "© 2026 북녘하늘. 모든 권리 보유.",
    "2026. 3. 14. 09:12 · 여행 · 마리",
    (
        ("흐린 날 걷기 좋은 길 일곱", "구름이 낮게 깔리고 배가 늦는 날에도 갈 만한 곳을 모았습니다."),
        ("잃어버린 장갑 박물관", "봄이 올 때마다 수백 켤레가 늘어나지만 찾아가는 사람은 없습니다."),
        ("낮에 자는 빵집 주인", "섬에서 가장 작은 빵집에서 하룻밤을 보냈습니다."),
    ),
    "더 보기",
    (
        ("지나가던이", "좋은 글 감사합니다. 덕분에 주말을 잘 보냈어요."),
        ("바다사람", "제 경우에는 좀 달랐습니다. 두 해 만에 고장 났거든요."),
    ),
    "댓글 남기기",
)
JA = Frame(
    ("ホーム", "お知らせ", "商品一覧", "会社情報", "お問い合わせ"),
    "サイト内を検索",
    "このページを編集",
    ("シェアする", "ツイート", "リンクをコピー"),
    ("前の記事", "次の記事"),
    "当サイトではクッキーを使用しています。設定はいつでも変更できます。",
    "すべて許可",
    "月に一度、新しい情報をお届けします。",
    "登録する",
    "© 2026 北の光株式会社",
    "2026年3月14日 旅行 まり",
    (
        ("曇りの日の散歩道", "雲が低く、船が遅れる日にも歩きたい道を集めました。"),
        ("なくした手袋の博物館", "春が来るたびに数百組ふえますが、取りに来る人はいません。"),
        ("昼に眠るパン屋", "島でいちばん小さなパン屋で一晩を過ごしました。"),
    ),
    "続きを読む",
    (("名無しさん", "とても助かりました。ありがとうございます。"), ("海の人", "うちのは二年で壊れました。")),
    "コメントを書く",
)
ZH = Frame(
    ("首页", "文章", "商店", "关于我们", "联系"),
    "站内搜索",
    "编辑此页",
    ("分享到微博", "分享到微信", "复制链接"),
    ("上一篇", "下一篇"),
    "本站使用 cookies 统计访问量。您可以随时更改设置。",
    "全部接受",
    "每月一封，告诉您最新的消息。",
    "订阅",
    "© 2026 北光有限公司",
    "2026年3月14日 旅行 玛丽",
    (
        ("阴天也能走的七条路", "云层很低、渡船又晚点的日子，可以去的地方。"),
        ("丢失手套博物馆", "每年春天都会多出几百只，却没有人来认领。"),
        ("中午睡觉的面包师", "我们在岛上最小的面包房里过了一夜。"),
    ),
    "阅读更多",
    (("路人甲", "写得真好，谢谢分享！"), ("老船长", "我的两年就坏了，情况不一样。")),
    "发表评论",
)
DE = Frame(
    ("Startseite", "Aktuelles", "Laden", "Über uns", "Kontakt"),
    "Suche",
    "Diese Seite bearbeiten",
    ("Auf Facebook teilen", "Twittern", "Link kopieren"),
    ("Vorheriger Beitrag", "Nächster Beitrag"),
    "Wir verwenden Cookies, um Besuche zu zählen. Ihre Wahl können Sie jederzeit ändern.",
    "Alle akzeptieren",
    "Einmal im Monat schreiben wir, was es Neues gibt.",
    "Abonnieren",
    "© 2026 Nordlicht GmbH",
    "14. März 2026 von Marit",
    (
        ("Sieben Wege für graue Tage", "Wohin, wenn die Wolken tief hängen und die Fähre wieder spät kommt."),
        ("Das Museum der verlorenen Handschuhe", "In jedem Frühling kommen ein paar Hundert dazu."),
        ("Der Bäcker, der mittags schläft", "Eine Nacht in der kleinsten Backstube der Insel."),
    ),
    "Weiterlesen",
    (("Hanna", "Danke, das hat mein Wochenende gerettet!"), ("Seebär", "Bei mir war es nach zwei Jahren hin.")),
    "Kommentar schreiben",
)
FRAMES = {"en": EN, "ko": KO, "ja": JA, "zh": ZH, "de": DE}


def links(items: tuple[str, ...], inner: str = "<li><a href='/{n}'>{text}</a></li>") -> str:
    """Items of a menu."""
    return "".join(inner.format(n=number, text=text) for number, text in enumerate(items))


def teasers(frame: Frame, opening: str = "article class='card'", heading: str = "h3") -> str:
    """What else the site has to read."""
    tag = opening.split()[0]
    return "".join(
        f"<{opening}><{heading}><a href='/post-{n}'>{title}</a></{heading}><p>{text}</p>"
        f"<a class='more' href='/post-{n}'>"
        f"{frame.more}</a></{tag}>"
        for n, (title, text) in enumerate(frame.teasers)
    )


def banner(frame: Frame, name: str = "cookie-banner") -> str:
    """The banner that asks for consent."""
    return f"<div class='{name}'><p>{frame.cookies}</p><button>{frame.accept}</button></div>"


def newsletter(frame: Frame) -> str:
    """The form of a newsletter."""
    return (
        f"<form class='signup' action='/list' method='post'><p>{frame.newsletter}</p><input type='email' name='email' "
        f"placeholder='you@example.com'><button>{frame.subscribe}</button></form>"
    )
