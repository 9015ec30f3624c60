"""The demo's secrets: made once, kept in `.local/`, readable by their owner only."""

import json
import os
import secrets

from tools.local.locks import alone
from tools.local.paths import state_folder

NAMES = ("SECRET_KEY", "LINK_KEY")


def environment() -> dict[str, str]:
    """SECRET_KEY and LINK_KEY, the same at every start."""
    path = state_folder() / "keys.json"
    with alone(state_folder() / "keys.lock"):
        if not path.exists():
            half_made = path.with_suffix(".new")
            keys = {name: secrets.token_urlsafe(48) for name in NAMES}
            half_made.touch(mode=0o600)
            half_made.write_text(json.dumps(keys))
            half_made.rename(path)
        kept: dict[str, str] = json.loads(path.read_text())
    return {name: os.environ.get(name) or kept[name] for name in NAMES}
