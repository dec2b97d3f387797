"""Tables and settings under the field's standard terms."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE asked RENAME TO answered_questions",
    "DROP INDEX asked_of_site",
    "CREATE INDEX answered_questions_of_site ON answered_questions (site)",
    "ALTER TABLE asked_terms RENAME TO answered_question_terms",
    "DROP INDEX asked_terms_of_answer",
    "CREATE INDEX answered_question_terms_of_answer ON answered_question_terms (answer_id)",
    "ALTER TABLE switches RENAME TO flags",
    """UPDATE sites SET settings = REPLACE(REPLACE(settings,
        '"ai_rounds":', '"max_answers_per_thread":'), '"gate":', '"answer_moderation":')""",
)
