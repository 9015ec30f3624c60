"""HTML without its unseen blanks, as the tests of the pages read it."""

import pytest

from tests.shown import shown


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<ul>\n  <li>\n    a\n  </li>\n</ul>\n", "<ul><li>a</li></ul>"),
        ("<p>a\n  <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<p>a <b> b</b> </p>", "<p>a <b>b</b></p>"),
        ("<p><i>a</i>\n<i>b</i></p>", "<p><i>a</i> <i>b</i></p>"),
        (
            '<p class="cluster"><i>a</i>\n<i>b</i></p>',
            '<p class="cluster"><i>a</i><i>b</i></p>',
        ),
        ("<pre>\n a  b</pre>", "<pre>\n a  b</pre>"),
        ('<a\n  class="\n    a b\n  "\n>c</a>', '<a class="a b">c</a>'),
    ],
)
def test_a_blank_is_kept_where_it_is_seen(html, seen):
    assert shown(html) == seen
