"""What of a page is its content is judged by what its parts carry, and read with the structure it has."""

from __future__ import annotations

import pytest
from answerback.core.grounding.passages import TEXT_LIMIT, Block
from answerback.knowledge.extract.html import extract
from answerback.knowledge.page_reader import as_page
from answerback.net.fetch import Fetched


def blocks(html: str) -> tuple[Block, ...]:
    return extract(html.encode(), "text/html; charset=utf-8").blocks


def read(html: str) -> str:
    return extract(html.encode(), "text/html; charset=utf-8").text


LONG = "The mill was built of local stone in 1820 and still grinds rye twice a week. "
FRAME = {
    "navigation": "<nav><a href=/>Home</a> <a href=/shop>Shop</a></nav>",
    "list of links": "<ul><li><a href=/>Home</a><li><a href=/shop>Shop</a><li><a href=/help>Help</a></ul>",
    "aside": "<aside class=sidebar><p>Read our newsletter.</p></aside>",
    "search": "<form><label for=q>Find</label><input id=q name=q><button>Search</button></form>",
    "footer": "<footer><p>© The mill</p></footer>",
    "consent": "<div class=cc-window><p>We use cookies to count visits.</p><button>Accept</button></div>",
    "dialog": "<div role=dialog><p>Subscribe and save ten percent!</p></div>",
    "edit link": "<p><a href=/edit>Edit this page</a></p>",
    "share links": "<div class=share><a href=//x.example>Share</a> <a href=//y.example>Tweet</a></div>",
    "button": "<button>Send feedback</button>",
    "comments": "<section id=comments class=comments-area><h2>1 comment</h2><ol class=comment-list><li><article "
    "class=comment-body><p>It was built in 1920, believe me.</p></article></li></ol></section>",
    "old comments": "<div id=comments><div class=comment><p>By Joe</p><p>No, in 1920.</p></div></div>",
    "contents": "<ul><li><a href=#a>History</a></li><li><a href=#b>Visiting</a></li><li><a href=#c>Rye</a></li></ul>",
    "breadcrumbs": "<div class=breadcrumbs><a href=/>Home</a> › <a href=/mills>Mills</a> › Stone mill</div>",
    "pages": "<div class=pagination><a href=?p=1>1</a> <a href=?p=2>2</a> <a href=?p=3>Next</a></div>",
    "byline": "<div class=post-meta>3 March 2026 by Ann</div>",
}  # fmt: skip


MILL = f"<h1>Mill</h1><p>{LONG}</p><p>It is open on Mondays.</p>"
SAID = f"Mill\n{LONG.strip()}\nIt is open on Mondays."
INSIDE = [name for name in FRAME if name not in ("list of links", "aside", "footer")]


@pytest.mark.parametrize("part", FRAME)
@pytest.mark.parametrize("wrapper", ["{}", "<main>{}</main>", "<article>{}</article>", "<form method=post>{}</form>"])
def test_frame_around_the_content_is_left_out(part: str, wrapper: str) -> None:
    assert read(f"{FRAME[part]}{wrapper.format(MILL)}{FRAME[part]}") == SAID


@pytest.mark.parametrize("part", INSIDE)
@pytest.mark.parametrize("wrapper", ["<main>{}</main>", "<article>{}</article>"])
def test_frame_inside_the_content_is_left_out(part: str, wrapper: str) -> None:
    assert read(wrapper.format(MILL + FRAME[part])) == SAID


@pytest.mark.parametrize(
    "opening",
    [
        "form", "nav", "aside", "footer", "header", "div class=sidebar", "div role=navigation", "article", "label",
        "main", "section role=dialog", "div id=newsletter", "custom-page", "center", "button", "a href=/mill",
    ],
)  # fmt: skip
def test_wrapper_of_most_of_the_text_is_kept(opening: str) -> None:
    tag = opening.split()[0]
    assert read(f"<{opening}><div>{MILL}</div></{tag}><p><a href=/>Home</a></p>") == SAID


COOKIES = "We use cookies to count visits and to show adverts of our three hundred partners. " * 30


FRONTS = (
    f"<div role=dialog aria-modal=true><h2>We value your privacy</h2><p>{COOKIES}</p><button>Accept</button></div>",
    f"<div id=onetrust-consent-sdk><h2>Preferences</h2><p>{COOKIES}</p><button>Confirm</button></div>",
    f"<dialog open><p>{COOKIES}</p></dialog>",
)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("page", [
    "<div inert><article><h1>Mill</h1><p>It opens at nine.</p></article></div>",
    "<h1>Mill</h1><p>It opens at nine.</p>",
])  # fmt: skip
def test_what_covers_the_page_is_not_the_page(front: str, page: str) -> None:
    assert read(f"<body>{page}{front}</body>") == read(f"<body>{front}{page}</body>") == "Mill\nIt opens at nine."


def test_page_behind_a_dialog_is_read() -> None:
    page = "<main><h1>Mill</h1><p>It opens at nine.</p></main>"
    for front in (FRONTS[0], FRONTS[2]):
        assert read(f"<body><div aria-hidden=true>{page}</div>{front}</body>") == "Mill\nIt opens at nine."


def test_teasers_never_stand_for_the_text() -> None:
    teasers = "".join(f"<article><h4>Post {number}</h4><p>{LONG}</p></article>" for number in range(3))
    found = read(
        f"<div><div class=text><h1>Lighthouse</h1><p>It is 43 metres high.</p></div><div>{teasers}</div></div>"
    )
    assert found.startswith("Lighthouse\nIt is 43 metres high.\n")


NEXT = "<p>The smithy burned down in 1911 and was never built again.</p><p>Its anvil stands in the town hall.</p>"


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("article", '<h1><a href="/smithy">The smithy of Ham</a></h1>'),
        ("article data-url=/smithy", "<h1>The smithy of Ham</h1>"),
        ("div class=story", '<header><h1><a href="/smithy">The smithy of Ham</a></h1></header>'),
        ("section class=story", '<a href="/smithy"><h1>The smithy of Ham</h1></a>'),
    ],
)
@pytest.mark.parametrize("wrapper", ["{}", "<main>{}</main>", "<div id=content><div>{}</div></div>"])
def test_the_next_article_is_another_page(opening: str, title: str, wrapper: str) -> None:
    tag = opening.partition(" ")[0]
    own = opening.replace("smithy", "mill")
    mill = MILL.replace("Mill", "The mill of Ham", 1)
    both = f"<{own}>{mill}</{tag}><{opening}>{title}{NEXT}</{tag}>"
    assert read(f"<title>The mill of Ham | The Ham News</title>{wrapper.format(both)}") == SAID.replace(
        "Mill", "The mill of Ham", 1
    )


def test_chapters_that_are_articles_are_one_page() -> None:
    chapters = (
        "<article><h1>The mill of Ham</h1><p>It is old.</p></article><article><h1>Visiting</h1><p>Daily.</p></article>"
    )
    assert read(f"<title>The mill of Ham</title><main>{chapters}</main>").endswith("Visiting\nDaily.")
    listed = chapters.replace("Visiting", '<a href="/visit">Visiting</a>')
    assert read(f"<title>Mills</title><main>{listed}</main>").endswith("Visiting\nDaily.")


def test_main_with_little_in_it_is_not_the_page() -> None:
    assert read(f"<main><p>Welcome</p></main><div>{MILL}</div>") == f"Welcome\n{SAID}"


@pytest.mark.parametrize("name", ["admonition warning", "note", "callout callout-tip"])
def test_warnings_are_content(name: str) -> None:
    html = f"<main><p>Unpack it.</p><aside class='{name}'><p>Stop the service first.</p></aside></main>"
    assert read(html) == "Unpack it.\nStop the service first."


def test_a_chapter_called_comments_is_content() -> None:
    html = "<main><section id=comments><h2>Comments</h2><p>A comment begins with a hash.</p></section></main>"
    assert read(html) == "Comments\nA comment begins with a hash."
    assert read(f"<article class='post comments-open'>{MILL}</article>") == SAID


def test_fields_of_a_form_are_no_text_and_choices_are() -> None:
    html = "<form><p>Rooms cost 80 euros.</p><label>Name <input name=n></label><label for=m>Mail</label><input id=m>"
    assert read(f"{html}<label><input type=radio> Double, 120 euros</label></form>") == (
        "Rooms cost 80 euros.\nDouble, 120 euros"
    )


def test_links_of_a_text_are_its_words() -> None:
    assert read("<main><p>Call <a href=tel:1>555-0199</a> or <a href=/form>write</a> to us.</p></main>") == (
        "Call 555-0199 or write to us."
    )
    assert read("<main><p><a href=mailto:a@b.example>a@b.example</a></p></main>") == "a@b.example"


NPM, YARN = "<pre>npm i x</pre>", "<pre>yarn add x</pre>"
ASKED = "May I take photographs?"


@pytest.mark.parametrize(
    "html",
    [
        f"<h3><button aria-expanded=false aria-controls=p>{ASKED}</button></h3><div id=p hidden><p>Yes.</p></div>",
        f"<button class=accordion>{ASKED}</button><div class=panel style='display:none'><p>Yes.</p></div>",
        f"<button>{ASKED}</button><div hidden><p>Yes.</p></div><button>Is it dry?</button><div hidden>No.</div>",
        f"<details><summary>{ASKED}</summary><p>Yes.</p></details>",
        f"<h4><a data-toggle=collapse href=#p>{ASKED}</a></h4><div id=p class=collapse><p>Yes.</p></div>",
        f"<div role=button aria-controls=p>{ASKED}</div><div id=p aria-hidden=true><p>Yes.</p></div>",
        f"<div class=q>{ASKED}</div><div style='display:none'>Yes.</div>",
        f"<dl><dt><button>{ASKED}</button></dt><dd>Yes.</dd></dl>",
    ],
)
def test_accordion_is_question_and_answer(html: str) -> None:
    found = read(f"<main><h1>Museum</h1>{html}<button>Send feedback</button></main>")
    assert found.replace("\t", "\n").startswith(f"Museum\n{ASKED}\nYes.")
    assert "feedback" not in found


@pytest.mark.parametrize(
    "html",
    [
        f"<ul role=tablist><li role=tab>npm</li><li role=tab>yarn</li></ul><div><div role=tabpanel>{NPM}</div>"
        f"<div role=tabpanel hidden>{YARN}</div></div>",
        "<ul><li><a role=tab href=#n>npm</a></li><li><a role=tab href=#y>yarn</a></li></ul>"
        f"<div id=n>{NPM}</div><div id=y>{YARN}</div>",
        "<div class=tabbed-set><input type=radio id=a><input type=radio id=b><div class=tabbed-labels><label for=a>npm"
        "</label><label for=b>yarn</label></div><div class=tabbed-content>"
        f"<div class=tabbed-block>{NPM}</div><div class=tabbed-block>{YARN}</div></div></div>",
        f"<div class=sd-tab-set><input type=radio id=a><label for=a>npm</label><div class=sd-tab-content>{NPM}</div>"
        f"<input type=radio id=b><label for=b>yarn</label><div class=sd-tab-content>{YARN}</div></div>",
    ],
)
def test_tabs_stand_under_their_labels(html: str) -> None:
    assert blocks(f"<main><h1>Install</h1>{html}</main>") == (
        Block("npm i x", ("Install", "npm")),
        Block("yarn add x", ("Install", "yarn")),
    )


def test_late_content_stands_where_it_belongs() -> None:
    html = (
        "<main><h1>Tickets</h1><!--$?--><template id='B:0'></template><p>Loading…</p><!--/$--><p>Children pay half.</p>"
        "</main><div hidden id='S:0'><p>A ticket is 9 euros. <template id='P:1'></template></p></div>"
        "<div hidden id='S:1'><b>Groups pay 7.</b></div><script>$RC('B:0','S:0')</script>"
    )
    assert read(html) == "Tickets\nA ticket is 9 euros.\nGroups pay 7.\nChildren pay half."
    assert read("<main><p>Open.</p></main><div hidden>Secret.</div>") == "Open."
    beside = (
        "<main><!--$--><p>Open.</p><!-- ? --><p hidden>Secret.</p><button>Dogs?</button><!-- ? --><p hidden>No.</p>"
    )
    assert read(beside) == "Open.\nDogs?\nNo."


def test_page_that_is_all_in_noscript_is_read() -> None:
    assert read(f"<body><noscript><div>{MILL}<p>{LONG * 6}</p></div></noscript></body>").startswith(SAID)
    assert read("<body><div id=root></div><noscript>Enable JavaScript to run this app.</noscript></body>") == ""


def test_page_that_ends_before_it_begins_is_read() -> None:
    assert read(f"<html><head><title>Mill</title></head></html><body class=post>{MILL}</body>") == SAID


def test_shadow_roots_are_read() -> None:
    assert read("<x-card><template shadowrootmode=open><p>Nine to five.</p></template></x-card>") == "Nine to five."
    assert read("<template><p>Never shown.</p></template><p>Nine to five.</p>") == "Nine to five."


def test_page_that_is_too_long_says_so(caplog: pytest.LogCaptureFixture) -> None:
    long = extract(f"<main>{'<p>' + 'The rain fell. ' * 1_000}</main>".encode() * 30, "text/html")
    assert long.is_cut and sum(len(block.text) for block in long.blocks) == TEXT_LIMIT
    assert not extract(b"<p>The rain fell.</p>", "text/html").is_cut
    as_page("demo", "https://a.example/", Fetched("ok", "https://a.example/", b"", "text/html", code=200), long, 1)
    assert caplog.messages == ["page_cut: https://a.example/ of site demo is long, and its end is not read"]
