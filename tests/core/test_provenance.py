"""What machines are told of where an answer's words come from."""

from __future__ import annotations

import pytest
from answerback.answers.providers.names import provider_name
from answerback.core.provenance import SOURCE_TYPES, digital_source_type
from answerback.settings import load_settings


@pytest.mark.parametrize(
    ("provider", "state", "verified", "revised", "term"),
    [
        ("openai", "done", False, False, "trainedAlgorithmicMedia"),
        ("openai", "streaming", False, False, "trainedAlgorithmicMedia"),
        ("answered", "stopped", False, False, "trainedAlgorithmicMedia"),
        ("openai", "done", True, False, "trainedAlgorithmicMedia"),
        ("openai", "done", False, True, "trainedAlgorithmicMedia"),
        ("openai", "done", True, True, "compositeWithTrainedAlgorithmicMedia"),
        ("quote", "done", False, False, "algorithmicMedia"),
        ("quote", "done", True, True, "humanEdits"),
        ("openai", "queued", False, False, ""),
        ("openai", "withheld", False, True, ""),
    ],
)
def test_each_answer_has_its_term(provider: str, state: str, verified: bool, revised: bool, term: str) -> None:
    found = digital_source_type(provider, state=state, verified=verified, revised=revised)
    assert found == (SOURCE_TYPES + term if term else None)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"OPENAI_API_KEY": "k"}, "OpenAI"),
        ({"OPENAI_API_KEY": "k", "ANSWERBACK_PROVIDER": "gemini"}, "Google"),
        (
            {
                "OPENAI_BASE_URL": "https://unused.example",
                "AZURE_OPENAI_ENDPOINT": "https://my.openai.azure.com",
                "AZURE_OPENAI_API_KEY": "k",
                "ANSWERBACK_PROVIDER": "azure",
            },
            "Microsoft Azure",
        ),
        ({"OPENAI_BASE_URL": "https://api.mistral.ai/v1"}, "Mistral AI"),
        ({"OPENAI_BASE_URL": "https://eu.api.openai.com./v1"}, "OpenAI"),
        ({"OPENAI_BASE_URL": "https://notopenai.com/v1"}, "notopenai.com"),
        ({"OPENAI_BASE_URL": "https://models.example.org/v1"}, "models.example.org"),
        ({"OPENAI_BASE_URL": "http://localhost:11434/v1"}, None),
        ({"OPENAI_BASE_URL": "http://[::1]:8080/v1"}, None),
        ({"OPENAI_BASE_URL": "http://10.0.0.5/v1"}, None),
        ({"OPENAI_BASE_URL": "http://8.8.8.8/v1"}, "8.8.8.8"),
        ({"OPENAI_BASE_URL": "http://models.internal/v1"}, None),
        ({"OPENAI_BASE_URL": "http://localhost:4000", "ANSWERBACK_PROVIDER_NAME": "Example AI"}, "Example AI"),
        ({}, None),
        ({"ANSWERBACK_PROVIDER": "off", "OPENAI_API_KEY": "k"}, None),
    ],
)
def test_visitors_are_told_to_whom_questions_go(settings: dict[str, str], name: str | None) -> None:
    read = load_settings({"ANSWERBACK_SECRET_KEY": "k" * 32, **settings}, dotenv=None)
    assert provider_name(read) == name
