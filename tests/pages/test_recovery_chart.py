"""The recovery chart: words first, then the drawing, then its table; both languages."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from pages.kit.recovery_chart import EN, ES, HEIGHT, LEFT, WIDTH, charts
from procedures.follow_up import recovery_selectors
from procedures.follow_up.recovery import BASELINE, SCALES, Point, curve
from tests.clinics.conftest import browser
from tests.factories import clinics as make_clinic
from tests.factories.clinics import NOW
from tests.pages.by_link import CALM, CHECK_IN, check_in_by_link

PAIN, KNEE, HIP, SANE = SCALES


def points(*values):
    """("baseline", 7), ("W6", 4) as points a week apart."""
    return [
        Point(occasion, NOW + timedelta(weeks=place), Decimal(str(value)))
        for place, (occasion, value) in enumerate(values)
    ]


STORY = points((BASELINE, 7), ("W6", 4), ("M3", 3))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Pain was 7 before, 4 at 6 weeks, 3 at 3 months."),
        ("es", "El dolor era 7 antes, 4 a 6 semanas, 3 a 3 meses."),
    ],
)
def test_words_come_first_and_say_what_was(language, text):
    (chart,) = charts([curve(PAIN, STORY)], language)
    html = render_to_string("pages/components/recovery_chart.html", {"chart": chart})

    assert chart["text"] == text
    assert html.index(text) < html.index("<svg") < html.index("<table")


@pytest.mark.parametrize(
    ("scale", "language", "direction"),
    [
        (PAIN, "en", "Lower is better"),
        (PAIN, "es", "Más bajo es mejor"),
        (KNEE, "en", "Higher is better"),
        (SANE, "es", "Más alto es mejor"),
    ],
)
def test_which_way_is_better_is_said(scale, language, direction):
    (chart,) = charts([curve(scale, STORY)], language)

    assert chart["direction"].startswith(direction)


@pytest.mark.parametrize(
    ("scale", "before", "after", "is_better"),
    [
        (PAIN, 7, 5, True),
        (PAIN, 7, 6, False),
        (PAIN, 3, 2, True),  # a third of it
        (PAIN, 4, 3, False),
        (PAIN, 0, 0, False),
        (PAIN, 5, 7, False),
        (KNEE, 50, 64, True),
        (KNEE, 50, "63.9", False),
        (KNEE, 64, 50, False),
        (HIP, 50, "57.76", True),
        (SANE, 50, "66.8", False),
    ],
)
def test_a_change_that_reaches_a_threshold_is_a_possible_improvement_with_a_caution(
    scale, before, after, is_better
):
    (chart,) = charts([curve(scale, points((BASELINE, before), ("W6", after)))])

    assert bool(chart["better"]) is is_better
    assert bool(chart["caution"]) is is_better
    assert "success" not in f"{chart['better']}{chart['caution']}".casefold()


def test_without_a_baseline_nothing_is_called_better():
    (chart,) = charts([curve(PAIN, points(("W6", 9), ("M3", 1)))])

    assert chart["better"] == ""
    assert chart["text"] == "Pain was 9 at 6 weeks, 1 at 3 months."


def test_of_two_baselines_the_later_counts_and_order_is_that_of_time():
    told = points((BASELINE, 9), (BASELINE, 7), ("W6", 4))

    assert [p.value for p in curve(PAIN, told[::-1]).points] == [7, 4]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 12])
def test_the_drawing_is_well_formed_inside_its_frame_and_has_its_axis(count):
    codes = [
        BASELINE,
        "D1",
        "D3",
        "D7",
        "D14",
        "W6",
        "M3",
        "M6",
        "M12",
        "Y2",
        "Y3",
        "Y4",
    ]
    (chart,) = charts([curve(PAIN, points(*((code, 5) for code in codes[:count])))])
    html = render_to_string("pages/components/recovery_chart.html", {"chart": chart})
    drawing = ElementTree.fromstring(
        html[html.index("<svg") : html.index("</svg>") + 6]
    )

    assert "style=" not in html
    assert {one["value"] for one in chart["grid"]} == {0, 5, 10}
    assert all(
        LEFT <= dot["x"] <= WIDTH and 0 < dot["y"] < HEIGHT for dot in chart["dots"]
    )
    assert chart["dots"][0]["label"] == "before"
    assert len(drawing.findall("circle")) == min(count, 8)
    assert len(chart["rows"]) == count


# The width of a letter of 11 px, and the gap that keeps two words apart.
LETTER, GAP = 6, 4


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("first", [0, 4])
def test_words_under_the_axis_never_run_into_each_other(language, first):
    codes = [BASELINE, "D1", "D3", "D7", "D14", "W6", "M3", "M6", "M12", "Y2"]
    told = points(*((code, 5) for code in codes[first:]))

    (chart,) = charts([curve(PAIN, told)], language)

    dots = chart["dots"]
    for left, right in pairwise(dots):
        needed = (len(left["label"]) + len(right["label"])) / 2 * LETTER + GAP
        assert right["x"] - left["x"] >= needed, (left["label"], right["label"])
    assert dots[-1]["x"] + len(dots[-1]["label"]) / 2 * LETTER <= WIDTH
    assert not {"D1", "W6", "M12"} & {dot["label"] for dot in dots}


def test_both_languages_have_the_same_words():
    assert EN.keys() == ES.keys()
    assert EN["spans"].keys() == ES["spans"].keys()


@pytest.fixture
def answered(db):
    holder, contact = check_in_by_link()
    holder.prove()
    holder.answer_all(CALM)
    holder.browser.post(f"{CHECK_IN}review/")
    return holder, contact


def test_a_patient_sees_it_after_answering(answered):
    holder, contact = answered
    (pain, *_) = recovery_selectors.curves(contact.episode)

    page = holder.page(f"{CHECK_IN}done/")

    assert pain.points[-1].value == 4
    assert f"Pain was {pain.points[0].value} before, 4 at 3 days." in page
    assert "This is not a diagnosis." in page
    spanish = holder.page(f"{CHECK_IN}done/?lang=es")
    assert "El dolor era" in spanish
    assert "Esto no es un diagnóstico." in spanish


def test_who_is_to_call_now_is_shown_no_chart(db):
    holder, _ = check_in_by_link()
    holder.prove()
    holder.answer_all(("9", "39.5", "severe", "no", []))
    holder.browser.post(f"{CHECK_IN}review/")

    page = holder.page(f"{CHECK_IN}done/")

    assert "chart__drawing" not in page


@pytest.mark.parametrize(("role", "sees"), [("nurse", True), ("coordinator", False)])
def test_staff_who_treat_see_it_on_the_episode(answered, role, sees):
    _, contact = answered
    client = browser(make_clinic.membership(role, at=contact.episode.clinic))

    page = client.get(reverse("staff:episode", args=[contact.episode_id]))

    assert ("chart__drawing" in page.content.decode()) is sees
