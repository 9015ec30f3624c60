"""The project's own files, as the tests of its shape see them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Left to right: each may import, and point its foreign keys, further right only.
CHAIN = (
    "config",
    "demo",
    "pages",
    "notifications",
    "procedures",
    "scheduling",
    "patients",
    "clinics",
    "core",
)
FOLDERS = (*CHAIN, "tools", "tests", "bench")


def python_files() -> Iterator[Path]:
    """Every Python file that people write: all but migrations."""
    yield ROOT / "manage.py"
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def page_files() -> Iterator[Path]:
    """Every template, style sheet and script of the pages."""
    for ending in ("html", "css", "js"):
        yield from sorted((ROOT / "pages").rglob(f"*.{ending}"))
