"""Writes docs/reference from the tables the code itself works by."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string


def pages() -> Mapping[str, str]:
    """Each page's text by its file name, from the function settings names for it."""
    providers: Mapping[str, str] = settings.REFERENCE_PAGES
    return {name: import_string(path)() for name, path in providers.items()}


def stale(folder: Path, written: Mapping[str, str]) -> list[str]:
    """Names of pages that are missing or differ from what the code says now."""
    return [
        name
        for name, text in written.items()
        if not (folder / name).exists()
        or (folder / name).read_text(encoding="utf-8") != text
    ]


class Command(BaseCommand):
    help = "Write docs/reference; with --check, fail if a page there is out of date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "reference"
        written = pages()
        changed = stale(folder, written)
        if options["check"]:
            if changed:
                raise CommandError(
                    f"Out of date: {', '.join(changed)}. Run manage.py write_reference."
                )
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in changed:
            (folder / name).write_text(written[name], encoding="utf-8")
            self.stdout.write(f"Wrote docs/reference/{name}")
