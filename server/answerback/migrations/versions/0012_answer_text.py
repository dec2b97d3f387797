"""The text of an AI reply stands in its answer only; it stood in its comment as well.

What readers see is what is kept, except that of answers that were withheld the owner keeps what readers do not see.
`revised_at` tells the one withheld answer that says something, the owner's notice of having withdrawn it.
"""

_SHOWN = "SELECT c.{0} FROM comments c WHERE c.id = answers.id"
_WHERE_ITS_COMMENT = "EXISTS (SELECT 1 FROM comments c WHERE c.id = answers.id AND {0})"

STATEMENTS = (
    f"""UPDATE answers SET body = ({_SHOWN.format("body")}), html = ({_SHOWN.format("html")})
        WHERE state IN ('done', 'stopped', 'failed')
        AND {_WHERE_ITS_COMMENT.format("c.state <> 'deleted' AND c.body <> answers.body")}""",
    f"""UPDATE answers SET revised_at = NULL WHERE state = 'withheld' AND revised_at IS NOT NULL
        AND {_WHERE_ITS_COMMENT.format("c.body = ''")}""",
    """UPDATE comments SET body = '', html = '' WHERE author_kind = 'ai' AND body <> ''
        AND EXISTS (SELECT 1 FROM answers a WHERE a.id = comments.id)""",
    # Those of before left out comments without text, as replies of the AI now are.
    "DROP INDEX published_of_page",
    "CREATE INDEX published_of_page ON comments (site, page, created_at, id) WHERE state = 'published'",
    "DROP INDEX published_of_site",
    "CREATE INDEX published_of_site ON comments (site, created_at, id) WHERE state = 'published'",
)
