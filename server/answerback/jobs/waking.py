"""An event with a time-out, for loops."""

from __future__ import annotations

import asyncio


class Wake:
    """Set by whoever has something to do for the loop; one that is set while the loop works ends its next wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """There is something to do."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it is set, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
