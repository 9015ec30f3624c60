"""Layout of the templates: what is shown stays, and a line has 120 characters."""

import pytest

from tests.architecture.tree import ROOT
from tools.local import templates
from tools.local.template_layout import WIDTH, loosen, seen_changes
from tools.local.templates import shorten

ROWS = frozenset({"cluster"})
LONG = "where somebody reads it " * 7


def loosened(template, included=None, **options):
    return loosen(template, (included or {}).get, ROWS, **options)


@pytest.fixture
def folder(tmp_path):
    """A folder of templates: `folder(name=text)` writes them."""

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.html").write_text(text)
        return tmp_path

    return write


def test_an_element_that_starts_a_line_leaves_the_tag_before_it():
    assert loosened("{% if a %}<p>Yes</p>{% endif %}") == (
        "{% if a %}\n<p>Yes</p>\n{% endif %}"
    )


@pytest.mark.parametrize(
    "template",
    [
        "<p>visit{% if many %}s{% endif %}.</p>",
        "<p>Dr.{% if a %}<b>A</b>{% endif %}<i>B</i></p>",
        "<b>a</b>{% if b %}<b>b</b>{% endif %}{{ c }}",
        "<p>a{% for x in y %}<b>{{ x }}</b>{% endfor %}.</p>",
        "<pre>{% if a %}<p></p>{% endif %}</pre>",
    ],
)
def test_words_that_touch_still_touch(template):
    assert loosened(template) == template


def test_a_conditional_hidden_field_does_not_part_what_stands_around_it():
    template = (
        '<p><i>a</i>{% if b %}<input type="hidden" name="b">{% endif %}<i>c</i></p>'
    )

    assert loosened(template) == template


def test_one_branch_that_ends_in_words_keeps_the_next_tag_beside_it():
    text = "{% if a %}<p>A</p>{% else %}words{% endif %}{% if b %}more{% endif %}"

    assert "words{% endif %}{% if b %}more" in loosened(f"<div>{text}</div>")


def test_children_of_a_row_stand_on_lines_of_their_own():
    row = '<p class="cluster"><b>a</b><i>b</i></p>'

    assert loosened(row) == '<p class="cluster">\n<b>a</b>\n<i>b</i>\n</p>'
    assert loosened(row.replace("cluster", "other")) == row.replace("cluster", "other")


def test_a_class_that_only_some_pages_give_makes_no_row():
    row = '<p class="{% if a %}cluster{% endif %}"><b>a</b><i>b</i></p>'

    assert loosened(row) == row


def test_an_included_template_is_asked_how_it_ends():
    template = '<p>{% if a %}{% include "a" %}{% endif %}{% include "b" %}</p>'

    assert "{% endif %}\n" in loosened(template, {"a": "<p>A</p>\n", "b": "B"})
    assert "{% endif %}\n" not in loosened(f"x{template}", {"a": "A", "b": "B"})


def test_a_long_comment_gets_lines_of_its_own():
    lines = shorten(f"  {{% comment %}}{LONG}{{% endcomment %}}").split("\n")

    assert lines[0] == "  {% comment %}"
    assert lines[-1] == "  {% endcomment %}"
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(map(str.strip, lines[1:-1])) == LONG.strip()


def test_the_arguments_of_a_long_include_move_into_a_tag_around_it():
    text = "Visits that wait for somebody to decide appear here until it is done."

    line = (
        '{% include "pages/empty.html" with sign="check" title=one.title '
        f'text="{text}" more=this %}}'
    )

    assert shorten(line).split("\n") == [
        f'{{% with text="{text}" %}}',
        '{% include "pages/empty.html" with sign="check" title=one.title more=this %}',
        "{% endwith %}",
    ]


def test_a_blank_that_would_show_is_noticed():
    glued = "<p><b>a</b>{% if b %}<i>b</i>{% endif %}</p>"

    def changes(after):
        return seen_changes(glued, after, {}.get, ROWS)

    assert changes("<p>\n  <b>a</b>{% if b %}<i>b</i>{% endif %}\n</p>") == []
    assert changes("<p><b>a</b>\n{% if b %}<i>b</i>{% endif %}</p>") == ["{% if b %}"]
    assert changes("<p><b>a</b>{% if b %}<i>c</i>{% endif %}</p>") == [
        "more than blanks"
    ]


def test_laying_out_twice_changes_nothing_more(folder):
    each = "{% for b in c %}<p>{{ b }}</p>{% endfor %}"
    page = f"{{% if a %}}<section><h2>A</h2>{each}</section>{{% endif %}}"
    made = folder(page=page, other=f"<div><p>{LONG}</p></div>")

    assert templates.check(made) != []
    assert templates.lay_out(made) == 0
    once = templates.texts_in(made)
    templates.lay_out(made)

    assert templates.texts_in(made) == once
    assert templates.check(made) == []


def test_a_line_that_cannot_be_broken_is_named(folder):
    made = folder(page=f'<p title="{LONG}">x</p>\n')
    templates.lay_out(made)

    assert [fault for fault in templates.check(made) if "characters" in fault]


def test_what_djangofmt_would_show_otherwise_is_put_back_and_said(folder, capfd):
    hidden = '{% if b %}<input type="hidden" name="b">{% endif %}'
    text = f"<form><i>a</i>{hidden}<button>c</button></form>"
    made = folder(page=text)

    assert templates.lay_out(made) == 1
    assert (made / "page.html").read_text() == text
    assert "page.html: its layout would change" in capfd.readouterr().err


def test_every_class_of_a_row_is_one_in_its_style_sheet():
    rows = templates.row_classes()

    assert {"cluster", "form__actions", "choice"} <= rows
    assert not {"card", "stack", "vh"} & rows
    assert (ROOT / "pages" / "static" / "pages" / "layout.css").is_file()
