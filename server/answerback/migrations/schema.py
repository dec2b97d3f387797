"""Tables, columns, indexes and triggers as the revisions define them, for comparison with a database.

Statements are parsed, not executed: there is no second list of tables to maintain, and the database is only asked for
its actual schema. A test compares the parsed schema with the one that each database creates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

_CONSTRAINTS = frozenset({"PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT"})
_END_OF_TYPE = re.compile(r"\s+(?:PRIMARY|NOT|NULL|UNIQUE|CHECK|DEFAULT|REFERENCES|GENERATED|COLLATE)\b.*", re.S | re.I)
_CREATE_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*)\)", re.S)
_CREATE_VIRTUAL = re.compile(r"CREATE VIRTUAL TABLE (\w+) USING \w+ \((.*)\)", re.S)
_CREATE_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+)\b.*", re.S)
_ADD = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (.+)", re.S)
_DROP_COLUMN = re.compile(r"ALTER TABLE (\w+) DROP COLUMN (\w+)")
_RENAME_COLUMN = re.compile(r"ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+)")
_RENAME = re.compile(r"ALTER TABLE (\w+) RENAME TO (\w+)")
_DROP_TABLE = re.compile(r"DROP TABLE (\w+)")
_DROP_INDEX = re.compile(r"DROP INDEX (\w+)")
_CREATE_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) AFTER .*? ON (\w+)\b.*", re.S)
_DROP_TRIGGER = re.compile(r"DROP TRIGGER (\w+)")
_CREATE_FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION \w+\(\) RETURNS trigger\b.*", re.S)
_DATA = re.compile(r"(?:INSERT|UPDATE|DELETE)\b.*", re.S)


@dataclass
class Schema:
    """Tables with their columns' types; indexes and triggers with their table."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, statements: Iterable[str]) -> Schema:
        """Parses the schema that these statements create. Raises ValueError for a statement of unknown form."""
        schema = cls()
        for sql in statements:
            schema._apply(sql.strip())
        return schema

    def _apply(self, sql: str) -> None:
        if match := _CREATE_TABLE.fullmatch(sql):
            self.tables[match[1]] = dict(_columns(match[2]))
        elif match := _CREATE_VIRTUAL.fullmatch(sql):
            self.tables[match[1]] = {name: "" for name in _split(match[2]) if "=" not in name}
        elif match := _CREATE_INDEX.fullmatch(sql):
            self.indexes[match[1]] = match[2]
        elif match := _CREATE_TRIGGER.fullmatch(sql):
            self.triggers[match[1]] = match[2]
        elif match := _ADD.fullmatch(sql):
            self.tables.setdefault(match[1], {}).update(_columns(match[2]))
        elif match := _DROP_COLUMN.fullmatch(sql):
            del self.tables[match[1]][match[2]]
        elif match := _RENAME_COLUMN.fullmatch(sql):
            self.tables[match[1]][match[3]] = self.tables[match[1]].pop(match[2])
        elif match := _RENAME.fullmatch(sql):
            self.tables[match[2]] = self.tables.pop(match[1])
            self.indexes = {name: match[2] if of == match[1] else of for name, of in self.indexes.items()}
        elif match := _DROP_TABLE.fullmatch(sql):
            del self.tables[match[1]]
            self.indexes = {name: table for name, table in self.indexes.items() if table != match[1]}
        elif match := _DROP_INDEX.fullmatch(sql):
            del self.indexes[match[1]]
        elif match := _DROP_TRIGGER.fullmatch(sql):
            del self.triggers[match[1]]
        elif not (_DATA.fullmatch(sql) or _CREATE_FUNCTION.fullmatch(sql)):  # triggers check their functions
            raise ValueError(f"migrations/schema.py does not know what this does: {sql}")

    def missing_in(self, found: Schema) -> list[str]:
        """Describes what `found` lacks or defines differently; anything extra in it belongs to its owner and is
        ignored."""
        gaps = []
        for table, columns in self.tables.items():
            if table not in found.tables:
                gaps.append(f"the table {table} is missing")
                continue
            there = found.tables[table]
            for column, kind in columns.items():
                if column not in there:
                    gaps.append(f"{table}.{column} is missing")
                elif there[column] != kind:
                    gaps.append(f"{table}.{column} is {there[column] or 'of no type'} instead of {kind}")
        gaps += [f"the index {index} is missing" for index in self.indexes if index not in found.indexes]
        gaps += [f"the trigger {trigger} is missing" for trigger in self.triggers if trigger not in found.triggers]
        return gaps


def is_index(sql: str) -> bool:
    """Whether a statement creates an index, which holds no data beyond its table's."""
    return _CREATE_INDEX.fullmatch(sql.strip()) is not None


@cache  # each step reads the same statements
def _columns(body: str) -> tuple[tuple[str, str], ...]:
    found = ((name, rest) for name, _, rest in (part.partition(" ") for part in _split(body)))
    return tuple(
        (name, _END_OF_TYPE.sub("", " " + rest).strip().lower())
        for name, rest in found
        if name.upper() not in _CONSTRAINTS
    )


def _split(body: str) -> list[str]:
    """Splits at commas outside parentheses."""
    parts, depth = [""], 0
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
