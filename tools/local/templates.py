"""Layout of the templates: one element a line, at most 120 characters a line.

`python -m tools.local.templates` lays out every template; with `--check` it says which
are not laid out, and changes none.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from tools.local.console import FAILED, OK, complain, say
from tools.local.paths import ROOT
from tools.local.template_layout import WIDTH, loosen, seen_changes

INDENT = 2
# Loosening gives djangofmt lines to lay out, which may leave others to loosen.
MAX_ROUNDS = 8

ROW_STYLE = re.compile(
    r"^  \.([\w-]+)(?:,\s+\.[\w-]+)* \{[^}]*?\bdisplay: (?:inline-)?(?:flex|grid)",
    re.MULTILINE,
)
COMMENT = re.compile(r"\{%\s*comment\s*%\}(.*)\{%\s*endcomment\s*%\}")
INCLUDE = re.compile(r"\{%\s*include\b(?:(?!%\}).)*%\}")
ARGUMENT = re.compile(
    r"\s+([a-z_]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"']+|[\w.|:]+\"[^\"]*\")+)(?=\s)"
)


def shorten(line: str) -> str:
    """Give a comment or an include that is too long for its line several lines."""
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    lines = [text]
    if len(line) > WIDTH:
        if comment := COMMENT.fullmatch(text):
            words = textwrap.wrap(comment[1], WIDTH - len(indent))
            lines = ["{% comment %}", *words, "{% endcomment %}"]
        elif INCLUDE.fullmatch(text) and " only " not in text:
            lines = _shorter_include(text, WIDTH - len(indent))
    return "\n".join(indent + each for each in lines) if len(lines) > 1 else line


def _shorter_include(tag: str, width: int) -> list[str]:
    """Move arguments into `with` tags around it, the longest first.

    A tag of Django must stand on one line.
    """
    arguments = ARGUMENT.findall(tag)
    moved: list[list[str]] = []
    while arguments and len(tag) + 2 * INDENT > width:
        argument = max(arguments, key=len)
        arguments.remove(argument)
        tag = tag.replace(f" {argument}", "", 1).replace(" with %}", " %}")
        if moved and len(_with([*moved[-1], argument])) <= width:
            moved[-1].append(argument)
        else:
            moved.append([argument])
    return [*map(_with, moved), tag, *["{% endwith %}"] * len(moved)]


def _with(arguments: list[str]) -> str:
    return f"{{% with {' '.join(arguments)} %}}"


def lay_out(folder: Path) -> int:
    """Lay out every template below `folder`; FAILED if one could not be."""
    faults: dict[str, str] = {}
    code = OK
    for tighter in (False, True):
        for _ in range(MAX_ROUNDS):
            before = texts_in(folder)
            code = _lay_out_once(folder, before, faults, tighter=tighter)
            if texts_in(folder) == before:
                break
    for name, piece in faults.items():
        complain(f"{name}: its layout would change what is seen before {piece}")
    return FAILED if faults else code


def _lay_out_once(
    folder: Path, before: dict[str, str], faults: dict[str, str], *, tighter: bool
) -> int:
    """Loosen each template, let djangofmt lay it out; put back what it spoils."""
    rows = row_classes()
    loose = {}
    for name, text in before.items():
        loose[name] = loosen(text, before.get, rows, tighter=tighter)
        if tighter:
            loose[name] = "\n".join(map(shorten, loose[name].split("\n")))
        (folder / name).write_text(loose[name], "utf-8")
    code = _djangofmt(folder)
    for name, text in loose.items():
        laid_out = (folder / name).read_text("utf-8")
        if changes := seen_changes(text, laid_out, before.get, rows):
            faults[name] = changes[0]
            (folder / name).write_text(before[name], "utf-8")
    return code


def row_classes() -> frozenset[str]:
    """Return the classes that our style sheets always make flex or grid boxes."""
    sheets = (ROOT / "pages" / "static" / "pages").glob("*.css")
    return frozenset(
        name for sheet in sheets for name in ROW_STYLE.findall(sheet.read_text("utf-8"))
    )


def texts_in(folder: Path) -> dict[str, str]:
    """Return the text of each HTML template below `folder`, by its name."""
    paths = sorted(folder.rglob("*.html"))
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths
    }


def _djangofmt(folder: Path) -> int:
    command = Path(sys.executable).parent / "djangofmt"
    options = ["--quiet", "--line-length", str(WIDTH), "--indent-width", str(INDENT)]
    return subprocess.run([command, *options, folder], check=False).returncode


def check(folder: Path) -> list[str]:
    """Return a sentence for each template, and each line, that is not as laid out."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "templates"
        shutil.copytree(folder, copy)
        code = lay_out(copy)
        laid_out = texts_in(copy)
    faults = ["Not every template can be laid out."] if code else []
    for name, text in texts_in(folder).items():
        if laid_out[name] != text:
            faults.append(f"{name} is not laid out: ./run fix does it.")
        faults += [
            f"{name}:{number} has {len(line)} characters, {WIDTH} at most."
            for number, line in enumerate(text.split("\n"), 1)
            if len(line) > WIDTH
        ]
    return faults


def run(arguments: Sequence[str]) -> int:
    """Lay out the templates of the pages, or only say which are not."""
    folder = ROOT / "pages" / "templates"
    if list(arguments) != ["--check"]:
        return lay_out(folder)
    faults = check(folder)
    for fault in faults:
        complain(fault)
    if not faults:
        say("Every template is laid out.")
    return FAILED if faults else OK


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
