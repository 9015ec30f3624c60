"""Blanks of a template: where a browser shows them, and where a line may break instead.

djangofmt keeps every blank, and every missing blank, that a browser might show. That is
why it leaves `{% if ready %}<section>` together. `loosen` adds the line breaks that no
browser shows, for djangofmt to lay out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Characters of a line, as djangofmt is told too.
WIDTH = 120


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A browser shows no blank before or after the tags of these.
BLOCKS = _words(
    """
    address article aside blockquote body br caption circle dd details dialog div dl dt
    fieldset figcaption figure footer form g h1 h2 h3 h4 h5 h6 head header hr html
    legend li line link main meta nav ol optgroup option p path pre rect section summary
    table tbody td tfoot th thead title tr ul use
    """
)
# These stand in the line, but a blank at the edge of their content is not shown.
INLINE_BLOCKS = _words("button progress select svg")
VOID = _words("area base br col embed hr img input link meta source track wbr")
# djangofmt closes these in their first tag.
SHAPE_ENDS = _words("</circle> </line> </path> </rect> </use>")
OPENING = _words("if for")
MIDDLE = _words("elif else empty")
CLOSING = _words("endif endfor")
# Tags of Django that render nothing, or a hidden field.
SILENT = _words("load comment csrf_token with endwith")
# Tags of ours and of Django that may stand on a line of their own.
LINES = (
    OPENING | MIDDLE | CLOSING | SILENT | _words("block endblock extends field include")
)
# Blocks of our base templates that begin and end where a line does.
PLACES = re.compile(r"\{% block (?:body|content|head|styles|more_styles|help)\b|<!")

TOKEN = re.compile(
    r"(?P<comment>\{%\s*comment\b.*?\{%\s*endcomment\s*%\}|\{#.*?#\})"
    r"|(?P<verbatim><(?P<name>script|style|pre|textarea)\b.*?</(?P=name)>|<!.*?>)"
    r"|(?P<tag>\{%.*?%\})"
    r"|(?P<value>\{\{.*?\}\})"
    r"|(?P<element></?[a-zA-Z][\w-]*(?:\{%.*?%\}|\{\{.*?\}\}"
    r"|\"(?:\{%.*?%\}|\{\{.*?\}\}|[^\"])*\"|'(?:\{%.*?%\}|\{\{.*?\}\}|[^'])*'"
    r"|[^>\"'])*>)"
    r"|(?P<blank>\s+)"
    r"|(?P<text>\S)",
    re.DOTALL,
)
FIRST_WORD = re.compile(r"(?:\{%\s*|</?)([\w-]+)")
INCLUDED = re.compile(r"\{%\s*include\s+\"([^\"]+)\"")
# The classes of an element that no tag of the template can take away.
SURE_CLASSES = re.compile(r"\bclass=[\"']([^\"'{]*)(?=[\s\"'])")

# Of a template's name: its text, None where it is not ours.
Included = Callable[[str], str | None]
NO_ROWS: frozenset[str] = frozenset()
UNSEEN: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template; `name` is that of the element or of the template's tag."""

    kind: str
    text: str
    name: str

    @property
    def is_silent(self) -> bool:
        """Tell whether what stands before and after meet, as if it were not there."""
        if self.kind == "tag":
            return self.name in SILENT or (self.name == "url" and " as " in self.text)
        hidden = self.name == "input" and 'type="hidden"' in self.text
        return hidden or self.kind == "comment" or self.name in {"script", "style"}

    @property
    def may_stand_alone(self) -> bool:
        """Tell whether a reader looks for it at the start of a line."""
        if self.kind == "element":
            return self.name in BLOCKS or self.is_silent
        return self.is_silent or (self.kind == "tag" and self.name in LINES)

    @property
    def is_piece(self) -> bool:
        """Tell whether it is an element, or a tag that may render one."""
        return self.kind in {"element", "tag"}

    @property
    def closes(self) -> bool:
        """Tell whether it is the second tag of an element."""
        return self.kind == "element" and self.text.startswith("</")

    @property
    def opens(self) -> bool:
        """Tell whether what follows is inside of this element."""
        is_alone = self.text.endswith("/>") or self.name in VOID
        return self.kind == "element" and not self.closes and not is_alone


def tokens_of(template: str) -> list[Token]:
    """Split a template; the texts of the tokens joined are the template again."""
    tokens = []
    for found in TOKEN.finditer(template):
        word = FIRST_WORD.match(found[0])
        kinds = (kind for kind, text in found.groupdict().items() if text)
        kind = next(kind for kind in kinds if kind != "name")
        tokens.append(Token(kind, found[0], word[1].lower() if word else ""))
    return tokens


class Layout:
    """One template, and between which of its tokens a browser would show a blank."""

    def __init__(
        self, template: str, included: Included, rows: frozenset[str] = NO_ROWS
    ):
        self.tokens = tokens_of(template)
        self._included = included
        self._find_branches()
        self._find_rows(rows)

    def _find_branches(self) -> None:
        # Of each closing tag: its opening tag, those between on its level, itself.
        self._parts: dict[int, list[int]] = {}
        # Of each of these: the closing tag.
        self._closing: dict[int, int] = {}
        open_parts: list[list[int]] = []
        for at, token in enumerate(self.tokens):
            if token.kind != "tag":
                continue
            if token.name in OPENING:
                open_parts.append([at])
            elif token.name in MIDDLE:
                open_parts[-1].append(at)
            elif token.name in CLOSING:
                self._parts[at] = [*open_parts.pop(), at]
                self._closing.update(dict.fromkeys(self._parts[at], at))

    def _find_rows(self, rows: frozenset[str]) -> None:
        """Find the tokens that are children of a flex or a grid box."""
        self.is_in_row: list[bool] = []
        # Of each tag that opens or closes an element: both its tags.
        self._pairs: dict[int, tuple[int, int]] = {}
        parents: list[tuple[int, str, bool]] = [(-1, "", False)]
        for at, token in enumerate(self.tokens):
            start, name, is_row = parents[-1]
            self.is_in_row.append(is_row)
            if token.opens:
                parents.append((at, token.name, is_row_of(token.text, rows)))
            elif token.closes and token.name == name:
                self._pairs[at] = self._pairs[start] = (start, at)
                parents.pop()

    def hides_blank(self, at: int) -> bool:
        """Tell whether a blank before token `at` is unseen, whatever is rendered."""
        return self.is_in_row[at] or self.ends_line(at) or self.starts_line(at)

    def is_line_start(self, at: int) -> bool:
        """Tell whether token `at` belongs on a line of its own, not after the last."""
        before, token = self.tokens[at - 1], self.tokens[at]
        if before.may_stand_alone and token.may_stand_alone:
            return True
        if not (before.is_piece and token.is_piece):
            return False
        if not (before.opens or token.closes):
            is_beside_line = before.may_stand_alone or token.may_stand_alone
            return self.is_in_row[at] or is_beside_line
        # Not between the start of a button and its icon.
        start, end = self._pairs.get(at if token.closes else at - 1, (at, at))
        inner = {self.tokens[start + 1].kind, self.tokens[end - 1].kind}
        return self.is_in_row[at] and inner <= {"element", "blank"}

    def ends_line(self, at: int, seen: frozenset[int] = UNSEEN) -> bool:
        """Tell whether anything that can be rendered before token `at` ends a line."""
        while at > 0:
            at -= 1
            if at in seen:
                return True
            seen |= {at}
            token = self.tokens[at]
            if at in self._closing:
                opening, *ends = self._parts[self._closing[at]]
                if token.name in CLOSING and not self._may_be_skipped(at):
                    return all(self.ends_line(end, seen) for end in ends)
                # At the start of a loop's body, the last round came before.
                came_before = ends if token.name in CLOSING else ends[:1]
                is_if = self.tokens[opening].name == "if" and token.name not in CLOSING
                if not is_if and not all(self.ends_line(e, seen) for e in came_before):
                    return False
                at = opening
            elif not token.is_silent:
                return self._is_edge(token, after=True)
        return False

    def starts_line(self, at: int, seen: frozenset[int] = UNSEEN) -> bool:
        """Tell whether anything that can be rendered from `at` on starts a line."""
        while at < len(self.tokens):
            if at in seen:
                return True
            seen |= {at}
            token = self.tokens[at]
            if at in self._closing:
                closing = self._closing[at]
                *starts, _ = self._parts[closing]
                if token.name in OPENING and not self._may_be_skipped(closing):
                    return all(self.starts_line(start + 1, seen) for start in starts)
                # At the end of a loop's body, the next round can come.
                come_next = starts if token.name in OPENING else starts[:1]
                is_if = (
                    self.tokens[starts[0]].name == "if" and token.name not in OPENING
                )
                if not is_if and not all(
                    self.starts_line(start + 1, seen) for start in come_next
                ):
                    return False
                at = closing + 1
            elif token.is_silent:
                at += 1
            else:
                return self._is_edge(token, after=False)
        return False

    def _may_be_skipped(self, closing: int) -> bool:
        """Tell whether nothing up to a closing tag need be rendered."""
        names = {self.tokens[part].name for part in self._parts[closing]}
        return not names & {"else", "empty"}

    def _is_edge(self, token: Token, *, after: bool) -> bool:
        """Tell whether a browser shows no blank after, or before, `token`."""
        if token.kind == "element":
            is_outside = token.closes == after
            return token.name in (BLOCKS if is_outside else BLOCKS | INLINE_BLOCKS)
        if token.kind == "tag" and (found := INCLUDED.match(token.text)):
            part = Layout(self._included(found[1]) or "", self._included)
            return part.ends_line(len(part.tokens)) if after else part.starts_line(0)
        is_line = token.name in {"field", "extends", "pre"}
        return is_line or token.kind == "blank" or PLACES.match(token.text) is not None


def is_row_of(tag: str, rows: frozenset[str]) -> bool:
    """Tell whether an element's first tag always has one of the classes `rows`."""
    sure = SURE_CLASSES.search(tag)
    return sure is not None and not rows.isdisjoint(sure[1].split())


def loosen(
    template: str, included: Included, rows: frozenset[str], *, tighter: bool = False
) -> str:
    """Break lines where no browser shows it, before what should start one.

    `rows` are the classes of flex and grid boxes. When `tighter`, lines of more than
    WIDTH characters are also broken between anything but words.
    """
    layout = Layout(template, included, rows)
    lines = template.split("\n") if tighter else []
    too_long = {number for number, line in enumerate(lines) if len(line) > WIDTH}
    number, loose = 0, []
    for at, token in enumerate(layout.tokens):
        kinds = {layout.tokens[at - 1].kind, token.kind}
        if at > 0 and "blank" not in kinds:
            breaks_words = number not in too_long or "text" in kinds
            wanted = layout.is_line_start(at) or not breaks_words
            if wanted and layout.hides_blank(at):
                loose.append("\n")
        loose.append(token.text)
        number += token.text.count("\n")
    return "".join(loose)


def seen_changes(
    before: str, after: str, included: Included, rows: frozenset[str]
) -> list[str]:
    """Return before which pieces of a template another layout changes a blank seen."""
    layout = Layout(before, included, rows)
    pieces, laid_out = _pieces(layout.tokens), _pieces(tokens_of(after))
    if [piece for piece, *_ in pieces] != [piece for piece, *_ in laid_out]:
        return ["more than blanks"]
    return [
        layout.tokens[at].text
        for (_, at, was_blank), (_, _, is_blank) in zip(pieces, laid_out, strict=True)
        if at > 0 and was_blank != is_blank and not layout.hides_blank(at - was_blank)
    ]


def _pieces(tokens: Sequence[Token]) -> list[tuple[str, int, bool]]:
    """Return (what is rendered however laid out, its index, a blank before it)."""
    blank = Token("blank", "\n", "")
    return [
        (re.sub(r"[\s/\"']", "", token.text).lower(), at, before.kind == "blank")
        for at, (before, token) in enumerate(pairwise([blank, *tokens]))
        if token.kind not in {"blank", "comment"} and token.text not in SHAPE_ENDS
    ]
