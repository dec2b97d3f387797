"""Generates docs/api.md and the widget's types from the server's table of calls, and the custom elements' manifest from
docs/embedding.md.

After a change of either: `python -m tests.generated` writes them anew; tests/test_docs.py compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from answerback.app.api_table import API, ApiCall
from answerback.app.schemas import SCHEMAS
from answerback.errors import CODES

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "api.md"
TYPES = ROOT / "widget" / "src" / "core" / "api_types.ts"
GUIDE = ROOT / "docs" / "embedding.md"
PACKAGE = ROOT / "widget" / "packages" / "widget"
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


def table(guide: str, head: str) -> dict[str, str]:
    """The names in the first cells of the table with this head, and what its last cells say of each as plain text."""
    about: dict[str, str] = {}
    for line in guide.partition(f"\n| {head} |")[2].partition("\n\n")[0].splitlines()[2:]:
        cells = line.strip("|").split(" | ")
        text = re.sub(r"\[(.+?)\]\(.+?\)", r"\1", cells[-1]).replace("`", "").strip("| ")
        about |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), text)
    return about


def described(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"name": name, "description": text} for name, text in pairs]


def manifest() -> str:
    """The elements as tools read them (https://github.com/webcomponents/custom-elements-manifest)."""
    guide = GUIDE.read_text("utf-8")
    parts = re.findall(r"`([a-z-]+)`", guide.partition("text-transform")[2].partition("\n## ")[0])
    options = table(guide, "attribute").items()
    custom = {"type": {"text": "CustomEvent"}}
    both = {
        "attributes": described(pair for pair in options if pair[0] not in ("data-target", "data-mode")),
        "events": [each | custom for each in described(table(guide, "event").items())],
        "cssProperties": described(table(guide, "property").items()),
        "cssParts": [{"name": name} for name in parts],
    }
    page = {"name": "page", "description": "The page whose comments are counted."}
    elements: dict[str, dict[str, Any]] = {
        "answerback-comments": {"description": "A page's comments, with the form to write one.", **both},
        "answerback-ask": {"description": "The box to ask about a page.", **both},
        "answerback-count": {"description": "How many comments a page has, as text.", "attributes": [page]},
    }
    module = {
        "kind": "javascript-module",
        "path": "answerback.js",
        "declarations": [
            {"kind": "class", "customElement": True, "name": name.title().replace("-", ""), "tagName": name, **about}
            for name, about in elements.items()
        ],
        "exports": [
            {"kind": "custom-element-definition", "name": name, "declaration": {"name": name.title().replace("-", "")}}
            for name in elements
        ],
    }
    return json.dumps({"schemaVersion": "1.0.0", "modules": [module]}, indent=2) + "\n"


def made() -> dict[Path, str]:
    """Every file that is made as a whole."""
    return {TYPES: types(), PACKAGE / "api.d.ts": types(), PACKAGE / "custom-elements.json": manifest()}


def write() -> None:
    """Write what is made."""
    for path, text in made().items():
        path.write_text(text, "utf-8")
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
