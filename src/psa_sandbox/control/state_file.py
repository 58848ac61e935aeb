"""The sandbox's memory on disk."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from psa_sandbox.state.store import Store

MIN_PAUSE = 1.0


class StateFile:
    """A store kept in a JSON file: read at the start, written soon after writes and at the end.

    Writing replaces the file in one step, so that a reader or a crash never meets half a file. Between
    two writings lies a pause of at least a second, longer when writing itself takes long.
    """

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self._store = store
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._saving = threading.Lock()
        self._thread = threading.Thread(target=self._keep_saving, name="state-file", daemon=True)

    def load(self) -> bool:
        """Take over the file's state; False when there is no file. Raises ValueError when it is no state."""
        if not self.path.exists():
            return False
        state = json.loads(self.path.read_text("utf-8"))
        if not isinstance(state, dict) or "tables" not in state:
            raise ValueError(f"{self.path} holds no sandbox state")
        self._store.load(state)
        return True

    def start(self) -> None:
        """Begin to write in the background."""
        self._thread.start()

    def mark(self) -> None:
        """Say that something changed."""
        self._changed.set()

    def close(self) -> None:
        """Stop the background writing and write once more."""
        self._stopped.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()
        self.save()

    def save(self) -> None:
        """Write the present state."""
        with self._saving:
            text = json.dumps(self._store.dump())
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(self.path)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise

    def _keep_saving(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            if self._stopped.is_set():
                return
            self._changed.clear()
            began = time.monotonic()
            self.save()
            self._stopped.wait(max(MIN_PAUSE, 4 * (time.monotonic() - began)))
