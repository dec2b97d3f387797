"""The dashboard and the alert rules ask for nothing that `/metrics` does not have."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change
from tests.services import Server, Site

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
OF_PROMETHEUS = {"instance", "job"}
"""Labels that Prometheus adds."""


def queries() -> Iterator[tuple[str, str]]:
    """Title and expression."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".+")
            yield f"{panel['title']} {target['refId']}", expression


def parts(node: Any) -> Iterator[Any]:
    """An expression and all inside it."""
    yield node
    inner = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "vector_selector")]
    for each in (*inner, *getattr(node, "args", ())):
        if isinstance(each, promql.Expr | promql.VectorSelector):
            yield from parts(each)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """The values of each label of each metric, of a server that has done and suffered everything."""
    folder = tmp_path_factory.mktemp("monitored")
    with (
        OpenAIServer.start() as model,
        Site.start() as site,
        Server.start(folder, site, OPENAI_BASE_URL=model.base_url) as server,
    ):
        server.free = 10**9
        server.begin()
        server.settled(server.post("Is it open?").json["answer"]["id"])
        for kind in ("backup", "integrity"):
            change(
                server,
                "INSERT INTO maintenance_runs (kind, at, outcome, detail, bytes) VALUES (?, 1, 'ok', '', 1)",
                kind,
            )
        change(server, """INSERT INTO jobs (id, kind, site, data, created_at, failed_at)
            VALUES ('1', 'mail_link', '', '{}', 1, 1)""")  # fmt: skip
        text = server.call("GET", "/metrics").body.decode()
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name].update()
            for label, value in sample.labels.items():
                found[sample.name][label].add(value)
    return found


def test_queries_find_their_metrics(samples: dict[str, dict[str, set[str]]]) -> None:
    found = [
        f"{title}: {problem}" for title, expression in queries()
        for problem in problems(promql.parse(expression), samples)
    ]  # fmt: skip
    assert found == []
    assert len(list(queries())) > 40


def problems(expression: promql.Expr, samples: dict[str, dict[str, set[str]]]) -> Iterator[str]:
    """What an expression names that is not there."""
    nodes, labels = list(parts(expression)), set(OF_PROMETHEUS)
    for node in nodes:
        if isinstance(node, promql.VectorSelector) and node.name != "up":
            if node.name not in samples:
                yield f"no {node.name}"
            values = samples.get(node.name or "", {})
            labels |= values.keys()
            for matcher in node.matchers.matchers:
                if matcher.name not in values.keys() | OF_PROMETHEUS:
                    yield f"{node.name} has no {matcher.name}"
                elif matcher.op == promql.MatchOp.Equal and matcher.value not in values[matcher.name]:
                    yield f"{node.name} has no {matcher.name} {matcher.value}"
    for node in nodes:
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            yield from (f"nothing has {label}" for label in node.modifier.labels if label not in labels)


def test_names_that_are_not_there_are_found(samples: dict[str, dict[str, set[str]]]) -> None:
    wrong = promql.parse(
        'sum by (kind) (rate(answerback_answers{state="done"}[5m])) + answerback_jobs{state="gone", of="x"}'
    )
    assert list(problems(wrong, samples)) == ["no answerback_answers", "answerback_answers has no state",
        "answerback_jobs has no state gone", "answerback_jobs has no of"]  # fmt: skip


def test_legends_and_summaries_show_labels_that_there_are() -> None:
    shown = [
        (target["legendFormat"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())
    ]
    shown += [(rule["annotations"]["summary"], rule["expr"]) for rule in RULES]
    for text, expression in shown:
        for label in re.findall(r"\{\{\s*(?:\$labels\.)?([a-z]+)\s*\}\}", text):
            kept = re.search(rf"by \([^)]*\b{label}\b[^)]*\)", expression) or " by " not in expression
            assert kept, f"{text}: {expression}"


def test_each_metric_is_on_the_dashboard_and_in_the_docs(samples: dict[str, dict[str, set[str]]]) -> None:
    names = {re.sub("_(bucket|count|sum)$", "", name) for name in samples}
    drawn = json.dumps(DASHBOARD)
    operating = (DEPLOY.parent / "docs" / "operating.md").read_text("utf-8")
    assert {name for name in names if name not in drawn} == set()
    assert {name for name in names if f"`{name}" not in operating} == set()
