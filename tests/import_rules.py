"""The import contract inside rooms, for import-linter: handlers may import stories, stories may import stores."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOMS = frozenset(
    {
        "accounts",
        "admin",
        "agents",
        "answers",
        "comments",
        "jobs",
        "knowledge",
        "live",
        "mail",
        "maintenance",
        "notify",
        "sites",
        "transfer",
        "web",
    }
)
COMPOSING = frozenset({"build", "routes"})
"""Modules that put a room together, and so may import all of it."""
ROWS = frozenset({"model", "quota", "settings", "store"})
"""Modules with SQL, or with the shapes that it is read into."""


def rank(module: str) -> int:
    """0 for a store, 1 for a story, 2 for what speaks HTTP, 3 for what puts a room together."""
    name = module.rpartition(".")[2]
    if name in COMPOSING:
        return 3
    if name == "handlers" or name.endswith("_handlers"):
        return 2
    return 0 if name in ROWS or name.endswith("_store") else 1


def room(module: str) -> str:
    """The room that a module of the package stands in, or an empty string."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 and parts[1] in ROOMS else ""


class RoomContract(Contract):
    """No module of a room imports one of a higher rank in the same room."""

    type_name = "rooms"

    root = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports that run upward."""
        upward = [
            {"importer": importer, "imported": imported}
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if room(importer) and room(importer) == room(imported) and rank(importer) < rank(imported)
        ]
        return ContractCheck(kept=not upward, metadata={"upward": upward})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import."""
        for each in check.metadata["upward"]:
            output.print_error(f"{each['importer']} is not allowed to import {each['imported']}")
