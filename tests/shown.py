"""HTML without the blanks that a browser does not show.

Templates are indented; tests read pages as if they were not, so that no test depends on
how a template is laid out.
"""

import re

from tools.local.template_layout import BLOCKS, INLINE_BLOCKS, VOID, Token, is_row_of
from tools.local.templates import row_classes

PIECE = re.compile(
    r"<(script|style|pre|textarea)\b.*?</\1>|<!.*?>"
    r"|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>|\s+|[^<\s]+|<",
    re.DOTALL,
)
TAG = re.compile(r"</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>")
NAME = re.compile(r"</?([\w-]+)")
VALUE = re.compile(r"=([\"'])(.*?)\1", re.DOTALL)
ROWS = row_classes()


def shown(html: str) -> str:
    """Return `html` with one blank for each that is seen, and none for the others."""
    page = _Page()
    for found in PIECE.finditer(html):
        piece = found[0]
        if piece.isspace():
            page.add_blank()
        elif found[1] in {"script", "style"}:
            page.end_line()
            first, rest = piece.split(">", 1)
            page.pieces.append(f"{_trimmed(first)}>{rest}")
        elif TAG.fullmatch(piece):
            page.add_tag(_trimmed(piece))
        else:
            page.pieces.append(piece)
            page.is_line_start = piece[:2] == "<!"
    page.end_line()
    return "".join(page.pieces)


class _Page:
    """Return what was read so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.is_line_start = True
        # Open elements: name, and whether no blank between their children is seen.
        self._parents: list[tuple[str, bool]] = [("", False)]

    def add_blank(self) -> None:
        if not self.is_line_start:
            self.pieces.append(" ")
            self.is_line_start = True

    def add_tag(self, tag: str) -> None:
        name = _name(tag)
        token = Token("element", tag, name)
        is_row = token.opens and is_row_of(tag, ROWS)
        if token.closes and self._parents[-1][0] == name:
            is_row = self._parents.pop()[1]
        is_block = name in BLOCKS or self._parents[-1][1]
        has_edges = name in BLOCKS | INLINE_BLOCKS or is_row
        if has_edges if token.closes else is_block:
            self.end_line()
        self.pieces.append(tag)
        if token.opens:
            self._parents.append((name, is_row))
        if has_edges if token.opens else is_block:
            self.is_line_start = True
        elif name in VOID | {"svg"} and not token.is_silent:
            self.is_line_start = False

    def end_line(self) -> None:
        """Drop the blank at the end, also from within elements that stand in a line."""
        self.is_line_start = True
        for at in range(len(self.pieces) - 1, -1, -1):
            if self.pieces[at] == " ":
                del self.pieces[at]
                return
            name = _name(self.pieces[at])
            is_silent = Token("element", self.pieces[at], name).is_silent
            if not name or (name in VOID | BLOCKS | {"svg"} and not is_silent):
                return


def _name(tag: str) -> str:
    found = NAME.match(tag)
    return found[1].lower() if found else ""


def _trimmed(tag: str) -> str:
    """Return a tag with one blank between its attributes, and trimmed values."""
    tag = VALUE.sub(
        lambda found: f"={found[1]}{' '.join(found[2].split())}{found[1]}", tag
    )
    return re.sub(r"\s+(/?>)$", r"\1", re.sub(r"\s+", " ", tag))
