"""`python -m answerback.i18n [AREA]`: prints all texts, or those of an area, in all languages side by side."""

from __future__ import annotations

import sys

from .catalogue import DEFAULT, entries, languages


def main(area: str = "") -> None:
    """Prints each text by its name, English first."""
    known = sorted(languages(), key=lambda lang: (lang != DEFAULT, lang))
    for name in entries(DEFAULT):
        if name.startswith(area):
            print(name)
            for lang in known:
                entry = entries(lang)[name]
                for form, text in {"": entry}.items() if isinstance(entry, str) else entry.items():
                    print(f"    {lang} {form}".rstrip() + f": {text}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
