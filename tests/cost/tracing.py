"""A database that has each statement explained before it runs it: how it is found, and how many rows are gone through
for those that are wanted."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from answerback.db.database import Database
from answerback.db.health import Watch
from answerback.db.work import Row, Statement, Work, many, one, run

T = TypeVar("T")
EXPLAINED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
OFTEN_ENOUGH = 3
"""Times that a statement is explained, since others of it go by other values."""
SMALL = 1_000
"""Rows of a table that is read whole as cheaply as by an index."""
STEPS_A_ROW = 100
"""Of SQLite's machine, for a row of thirty columns."""


@dataclass
class Traced:
    """Statements, and what is wrong with how they were run."""

    often: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    selects: list[Statement] = field(default_factory=list)
    small: frozenset[str] = frozenset()
    """Tables that hold few rows, however much is stored."""

    def wants(self, sql: str) -> bool:
        """Whether this is to be explained (again)."""
        if not sql.lstrip().startswith(EXPLAINED):
            return False
        self.often[sql] = self.often.get(sql, 0) + 1
        return self.often[sql] <= OFTEN_ENOUGH

    def judge_sqlite(self, statement: Statement, plan: list[Row]) -> None:
        """Of SQLite the plan alone; what a SELECT costs is counted when it is run again."""
        if statement.sql.lstrip().startswith(("SELECT", "WITH")) and " SET " not in statement.sql:
            self.selects.append(statement)
        for step in (row["detail"] for row in plan):
            scanned = re.match(r"SCAN (\w+)", step)
            if scanned and self._is_big(scanned[1], statement.sql):
                self.faults[statement.sql] = step
            if step.startswith("USE TEMP B-TREE") and "RIGHT PART" not in step:  # which sorts what is equal till then
                self.faults[statement.sql] = step

    def _is_big(self, name: str, sql: str) -> bool:
        table = re.search(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)\s+(?:AS\s+)?{name}\b", sql)
        if re.search(rf"\b{name}\s+(?:\(\w+\)\s+)?AS \(|\) AS {name}\b|\) {name}\b", sql):
            return False  # made in this statement
        return (table[1] if table else name) not in self.small | {"json_each", "CONSTANT"}

    def judge_postgres(self, statement: Statement, plan: Any) -> None:
        """Of PostgreSQL what has happened."""
        top = plan[0]["Plan"]
        nodes = list(_nodes(top))
        gone_through = 0
        for node in nodes:
            rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            if node.get("Relation Name") in self.small | {None} or node["Node Type"] == "ModifyTable":
                pass
            elif node["Node Type"] != "Seq Scan":
                gone_through += rows
            elif rows > SMALL:
                self.faults[statement.sql] = f"Seq Scan on {node['Relation Name']}: {rows} rows"
            if node["Node Type"] in ("Sort", "Incremental Sort") and rows > SMALL:
                self.faults[statement.sql] = f"{node['Node Type']} of {rows} rows"
        wanted = max(node["Actual Rows"] for node in nodes if node is top or node["Node Type"] == "ModifyTable")
        counted = sum(node["Actual Rows"] for node in nodes[1:2]) if top["Node Type"] == "ModifyTable" else 0
        if gone_through > 20 * max(1, wanted, counted):
            self.faults.setdefault(statement.sql, f"{gone_through} rows gone through for {max(wanted, counted)}")

    def count_sqlite(self, url: str) -> None:
        """Run each SELECT again, counting the steps that it takes."""
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 10
            return 0

        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("SELECT 1 FROM sites").fetchall()  # the schema is read with the first statement
            connection.set_progress_handler(step, 10)
            for statement in self.selects:
                steps = 0
                rows = len(connection.execute(statement.sql, statement.params).fetchall())
                if steps > 20 * STEPS_A_ROW * max(1, rows):
                    self.faults.setdefault(statement.sql, f"{steps} steps for {rows} rows")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


class TracingDatabase(Database):
    """A database that keeps what it is asked in `traced`."""

    def __init__(self, url: str, watch: Watch | None, traced: Traced) -> None:
        super().__init__(url, watch)
        self._traced = traced

    async def fetch_all(self, sql: str, **params: Any) -> list[Row]:
        return await self.read(lambda: _one_statement(many(sql, **params)))

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        return await self.read(lambda: _one_statement(one(sql, **params)))

    async def read(self, work: Callable[[], Work[T]]) -> T:
        return await super().read(lambda: self._explained(work()))

    async def write(self, work: Callable[[], Work[T]]) -> T:
        return await super().write(lambda: self._explained(work()))

    def _explained(self, work: Work[T]) -> Work[T]:
        value: Any = None
        try:
            while True:
                statement = work.send(value)
                if statement.wants != "after" and self._traced.wants(statement.sql):
                    yield from (self._explain_sqlite if self.is_sqlite else self._explain_postgres)(statement)
                value = yield statement
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            work.close()

    def _explain_sqlite(self, statement: Statement) -> Work[None]:
        plan = yield many(f"EXPLAIN QUERY PLAN {statement.sql}", **statement.params)
        self._traced.judge_sqlite(statement, plan)

    def _explain_postgres(self, statement: Statement) -> Work[None]:
        yield run("SAVEPOINT before_it_is_run")
        row = yield one(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}", **statement.params)
        yield run("ROLLBACK TO before_it_is_run")
        self._traced.judge_postgres(statement, json.loads(next(iter(row.values()))))


def _one_statement(statement: Statement) -> Work[Any]:
    return (yield statement)
