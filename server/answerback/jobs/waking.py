"""An event with a time-out, for loops."""

from __future__ import annotations

import asyncio


class Wake:
    """Wakes a loop; setting it while the loop works ends its next wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wakes the loop."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Waits until it is set, or for this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
