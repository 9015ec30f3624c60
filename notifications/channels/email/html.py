"""A plain text as HTML: the same words, its links to press, nothing else.

No style sheet, picture or script: a mail program shows it in the reader's own size
and colours, and nothing tells anybody that it was opened. One rule keeps a link that
is wider than a telephone inside its page, and lets no other word be cut.
"""

import re
from html import escape

LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
BREAKS = re.compile(r"\n\s*\n")
SPACES = re.compile(r"\s+")
MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def html_of(text: str, language: str) -> str:
    """Return the text as an HTML document in that language."""
    paragraphs = [part for part in BREAKS.split(text.strip()) if part.strip()]
    body = "\n".join(f"<p>{_lines(part)}</p>" for part in paragraphs)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>'
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>\n'
        f'<body style="overflow-wrap: break-word">\n{body}\n</body>\n</html>\n'
    )


def one_line(text: str) -> str:
    """Return the text fit for a header: no line breaks, no invisible marks."""
    return SPACES.sub(" ", MARKS.sub("", text)).strip()


def _lines(paragraph: str) -> str:
    return "<br>\n".join(_linked(line) for line in paragraph.splitlines())


def _linked(line: str) -> str:
    parts, end = [], 0
    for found in LINK.finditer(line):
        address = escape(found[0])
        parts.append(escape(line[end : found.start()], quote=False))
        parts.append(f'<a href="{address}">{address}</a>')
        end = found.end()
    return "".join([*parts, escape(line[end:], quote=False)])
