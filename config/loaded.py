"""Memory of a server: what is loaded is not looked through for garbage again."""

import gc
from importlib import import_module

from django.conf import settings


def keep() -> None:
    """Else an answer that makes much waits, now and then, for all that is loaded."""
    # Django would load the pages at the first request only.
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
