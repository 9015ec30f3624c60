"""A plain text as HTML: the same words, nothing else."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as some

from notifications.channels.email.html import html_of, one_line

TAGS = re.compile(r"<[^>]*>")
WORDS = some.text(
    alphabet=some.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
)


def read(html):
    body = html.split("<body")[1].split(">", 1)[1].split("</body>")[0]
    return unescape(TAGS.sub("", body))


@given(WORDS)
def test_the_words_are_the_same(text):
    assert read(html_of(text, "en")).split() == text.split()


@given(WORDS)
def test_no_text_makes_an_element_of_its_own(text):
    made = set(re.findall(r"</?([^\s>]+)", html_of(text, "en")))

    assert made <= {"!doctype", "html", "head", "meta", "body", "p", "br", "a"}


def test_a_link_ends_before_the_stop_of_its_sentence():
    html = html_of("Press https://clinic.example.org/v/a-b/?x=1&y=2.", "en")

    assert '<a href="https://clinic.example.org/v/a-b/?x=1&amp;y=2">' in html
    assert "</a>.</p>" in html


def test_paragraphs_and_lines_are_kept():
    html = html_of("One\n\nTwo\nThree\n", "en")

    assert "<p>One</p>" in html
    assert "<p>Two<br>\nThree</p>" in html


def test_a_script_stays_words():
    html = html_of("<script>alert(1)</script>", "en")

    assert "<script" not in html
    assert "&lt;script&gt;" in html


@given(some.text())
def test_a_header_is_one_line_without_hidden_marks(text):
    assert not re.search("[\r\n\u200b\u202e\ufeff]", one_line(text))
