"""`python -m answerback`."""

from .cli import main

raise SystemExit(main())
