"""Print the figures of docs/grounding.md: of judged answers, how many are told as what the page says."""

from __future__ import annotations

import sys
import time

from . import Judged, judged


def row(name: str, answers: list[Judged]) -> str:
    """A line of the table."""
    right = [each for each in answers if each.kind == "right"]
    wrong = [each for each in answers if each.kind not in ("right", "refusal")]
    refusals = [each for each in answers if each.kind == "refusal"]
    begun = time.process_time()
    passed, slipped = sum(each.passes for each in right), sum(each.passes for each in wrong)
    took = (time.process_time() - begun) / len(right + wrong)
    known = sum(each.review().reason == "refused" for each in refusals)
    return (
        f"| {name} | {len(right)} | {100 * passed / len(right):.1f} % | {len(wrong)} | "
        f"{100 * slipped / len(wrong):.1f} % | "
        f"{known} of {len(refusals)} | {1000 * took:.1f} ms |"
    )


def main() -> int:
    """Measure and print; `--missed` also prints what is judged otherwise."""
    print("| set | right | passed | wrong | passed | refusals known | each |\n|---|---|---|---|---|---|---|")
    for lang in ("en", "ko"):
        for tuned, name in ((True, "used"), (False, "not used")):
            print(row(f"{lang}, {name}", [each for each in judged(lang) if each.tuned is tuned]))
        if "--missed" in sys.argv:
            for each in judged(lang):
                if each.passes != (each.kind == "right") and each.kind != "refusal":
                    print(f"  {each.kind}: {each.question} {each.text} ({each.review().reason})", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
