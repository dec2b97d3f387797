"""What is made from the server's table of calls: parts of docs/api.md, and the widget's types.

After a change of the table: `python -m tests.generated` writes them anew; tests/test_docs.py compares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from answerback.app.api_table import API, ApiCall
from answerback.app.schemas import SCHEMAS
from answerback.errors import CODES

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "api.md"
TYPES = ROOT / "widget" / "src" / "core" / "api_types.ts"
HEAD = """/** The API's objects. Made by `python -m tests.generated` from app/schemas.py: change them there. */
// # Longer than 400 lines, because a command makes it."""
WIDTH = 110
"""Of a line, as Biome formats the widget."""
Schema = Mapping[str, Any]


def name_of(reference: str) -> str:
    return reference.rpartition("/")[2]


def typescript(schema: Schema, indent: str = "  ") -> str:
    """A schema as a type, whose own fields stand behind `indent`."""
    if "$ref" in schema:
        return name_of(schema["$ref"])
    if "anyOf" in schema:
        return " | ".join(typescript(each, indent) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    if isinstance(schema["type"], list):
        return " | ".join(typescript({**schema, "type": each}, indent) for each in schema["type"])
    if schema["type"] == "array":
        items, of = typescript(schema["items"], indent), schema["items"]
        is_union = "anyOf" in of or "enum" in of or isinstance(of.get("type"), list)
        return f"({items})[]" if is_union else f"{items}[]"
    if "properties" in schema:
        return fields(schema, indent) if schema["properties"] else "Record<string, never>"
    if "additionalProperties" in schema:
        return f"Record<string, {typescript(schema['additionalProperties'], indent)}>"
    return "number" if schema["type"] == "integer" else str(schema["type"])


def fields(schema: Schema, indent: str) -> str:
    lines = []
    for name, field in schema["properties"].items():
        if "description" in field and not indent:
            lines.append(f"{indent}  /** {field['description']} */")
        key = name if name.isidentifier() else f'"{name}"'
        mark = "" if name in schema["required"] else "?"
        lines.append(f"{indent}  {key}{mark}: {typescript(field, indent + '  ')};")
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def declaration(name: str, schema: Schema) -> str:
    head = f"/** {schema['description']} */\n" if "description" in schema else ""
    if "properties" in schema:
        return f"{head}export interface {name} {fields(schema, '')}\n"
    line = f"export type {name} = {typescript(schema)};"
    if len(line) > WIDTH:
        line = line.replace(" = ", " =\n  | ").replace('" | "', '"\n  | "')
    return f"{head}{line}\n"


def types() -> str:
    """The widget's types."""
    return "\n".join([HEAD, "", *(declaration(name, schema) for name, schema in SCHEMAS.items())])


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def gives(call: ApiCall) -> str:
    """What a call answers with, as the documentation has it."""
    found = []
    for each in call.gives:
        link = f" [{each.schema}](#{each.schema.lower()})" if each.schema else ""
        found.append(f"{each.status}{link}")
    return ", ".join(found)


def calls() -> list[str]:
    lines = [row("call", "name", "takes", "gives", "does"), "|---|---|---|---|---|"]
    for call in API:
        takes = ", ".join(call.takes.split())
        lines.append(row(f"`{call.method} {call.path}`", f"`{call.name}`", takes, gives(call), call.summary))
    return lines


def kind(schema: Schema) -> str:
    """A field's type in words."""
    if "$ref" in schema:
        name = name_of(schema["$ref"])
        return f"[{name}](#{name.lower()})" if name != "ErrorCode" else "[code](#error-codes)"
    if "anyOf" in schema:
        return " or ".join(kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if isinstance(schema["type"], list):
        return " or ".join(kind({**schema, "type": each}) if each != "null" else each for each in schema["type"])
    if schema["type"] == "array":
        return f"list of {kind(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map of {kind(schema['additionalProperties'])}"
    if "properties" in schema:
        return ", ".join(f"`{name}` {kind(field)}" for name, field in schema["properties"].items()) or "`{}`"
    return "time" if schema.get("format") == "date-time" else str(schema["type"])


def objects() -> list[str]:
    """A section for each named schema."""
    lines: list[str] = []
    for name, schema in SCHEMAS.items():
        if name == "ErrorCode":  # has a section of its own
            continue
        about = schema.get("description", "")
        if "properties" not in schema:
            lines += [f"### {name}", "", f"{about} {kind(schema)}.", ""]
            continue
        lines += [f"### {name}", "", about, "", row("field", "type", ""), "|---|---|---|"]
        for field, inner in schema["properties"].items():
            optional = "" if field in schema["required"] else "Optional. "
            lines.append(row(f"`{field}`", kind(inner), optional + inner.get("description", "")))
        lines.append("")
    return lines[:-1]


def codes() -> list[str]:
    return [row("code", "means"), "|---|---|", *(row(f"`{code}`", means) for code, means in CODES.items())]


def document(text: str) -> str:
    """docs/api.md with its made parts made anew."""
    for name, lines in (("calls", calls()), ("objects", objects()), ("codes", codes())):
        made = f"<!-- {name}: made by python -m tests.generated -->\n" + "\n".join(lines) + f"\n<!-- end of {name} -->"
        text, found = re.subn(rf"<!-- {name}: .*?<!-- end of {name} -->", lambda _, made=made: made, text, flags=re.S)
        assert found == 1, name
    return text


def write() -> None:
    """Write what is made."""
    TYPES.write_text(types(), "utf-8")
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
