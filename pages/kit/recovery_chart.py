"""The recovery chart: a sentence first, then the drawing, then its table.

Drawn here as SVG, by attributes alone: the policy forbids styles in the page.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from procedures.follow_up.recovery import Curve, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 320, 206
LEFT, RIGHT, TOP, BOTTOM = 34, 20, 30, 30
# More labels below than these run into each other on a telephone.
MOST_POINTS = 8

EN: dict[str, Any] = {
    "nrs": "Pain",
    "koos_jr": "Knee score",
    "hoos_jr": "Hip score",
    "sane": "Use of the joint, in percent",
    "before": "before",
    "spans": {
        "D": ("1 day", "{} days"),
        "W": ("1 week", "{} weeks"),
        "M": ("1 month", "{} months"),
        "Y": ("1 year", "{} years"),
    },
    "units": {"D": "d", "W": "wk", "M": "mo", "Y": "y"},
    "at": "at",
    "was": "{name} was {first}.",
    "first": "{value} before",
    "later": "{value} at {when}",
    "lower": "Lower is better. {low} is none, {high} is the worst.",
    "higher": "Higher is better. {high} is the best.",
    "better": "This is a possible improvement.",
    "caution": "What counts as a change was studied for other treatments.",
    "table_when": "When",
    "table_value": "Value",
    "table_title": "The same in numbers",
    "chart": "Chart: {text}",
    "no_diagnosis": "This is not a diagnosis.",
    "title": "How it has been",
}
ES: dict[str, Any] = {
    "nrs": "El dolor",
    "koos_jr": "El puntaje de la rodilla",
    "hoos_jr": "El puntaje de la cadera",
    "sane": "El uso de la articulación, en porcentaje,",
    "before": "antes",
    "spans": {
        "D": ("1 día", "{} días"),
        "W": ("1 semana", "{} semanas"),
        "M": ("1 mes", "{} meses"),
        "Y": ("1 año", "{} años"),
    },
    "units": {"D": "d", "W": "sem", "M": "m", "Y": "a"},
    "at": "a",
    "was": "{name} era {first}.",
    "first": "{value} antes",
    "later": "{value} a {when}",
    "lower": "Más bajo es mejor. {low} es nada, {high} es lo peor.",
    "higher": "Más alto es mejor. {high} es lo mejor.",
    "better": "Esto es una posible mejoría.",
    "caution": "Lo que cuenta como un cambio se estudió en otros tratamientos.",
    "table_when": "Cuándo",
    "table_value": "Valor",
    "table_title": "Lo mismo en cifras",
    "chart": "Gráfica: {text}",
    "no_diagnosis": "Esto no es un diagnóstico.",
    "title": "Cómo ha estado",
}
WORDS = {"en": EN, "es": ES}


def charts(curves: "Sequence[Curve]", language: str = "en") -> list[dict[str, Any]]:
    """Prepare each curve for the component recovery_chart.html."""
    words = WORDS[language]
    return [_chart(one, words) for one in curves]


def _chart(curve: Curve, words: dict[str, Any]) -> dict[str, Any]:
    scale = curve.scale
    direction = words["lower" if scale.lower_is_better else "higher"]
    text = sentence(curve, words)
    return {
        "key": scale.key,
        "text": text,
        "direction": direction.format(low=scale.lowest, high=scale.highest),
        "label": words["chart"].format(text=text),
        "better": words["better"] if curve.may_be_better else "",
        "caution": words["caution"] if curve.may_be_better else "",
        "rows": [
            {"when": _when(point, words), "value": number(point.value)}
            for point in curve.points
        ],
        "words": words,
        "name": name(curve, words),
        **_drawing(curve, words),
    }


def name(curve: Curve, words: dict[str, Any]) -> str:
    """ "Pain": the scale as a patient reads it."""
    return str(words[curve.scale.key]).rstrip(",")


def sentence(curve: Curve, words: dict[str, Any]) -> str:
    """ "Pain was 7 before, 4 at 6 weeks, 3 at 3 months." """
    told = [
        words["first" if point.is_baseline else "later"].format(
            value=number(point.value), when=_when(point, words)
        )
        for point in curve.points
    ]
    scale_name = words[curve.scale.key]
    return str(words["was"].format(name=scale_name, first=", ".join(told)))


def _when(point: Point, words: dict[str, Any]) -> str:
    """ "6 weeks" of "W6"."""
    if point.is_baseline:
        return str(words["before"])
    one, many = words["spans"].get(point.occasion[:1], ("", "{}"))
    count = point.occasion[1:]
    return str(one if count == "1" else many.format(count))


def number(value: Decimal) -> str:
    """At most one digit after the point, and none that says nothing."""
    rounded = value.quantize(Decimal("0.1"))
    whole = rounded.to_integral_value()
    return str(whole if whole == rounded else rounded)


def _drawing(curve: Curve, words: dict[str, Any]) -> dict[str, Any]:
    """Places in the drawing; contacts stand side by side, whatever lies between."""
    scale, shown = curve.scale, curve.points[-MOST_POINTS:]
    if curve.points[0].is_baseline and curve.points[0] not in shown:
        shown = (curve.points[0], *shown[1:])
    step = (WIDTH - LEFT - RIGHT) / max(len(shown) - 1, 1)
    height = HEIGHT - TOP - BOTTOM

    def across(number_of: int) -> int:
        return round(LEFT + (step * number_of if len(shown) > 1 else step / 2))

    def down(value: float) -> int:
        share = (value - scale.lowest) / (scale.highest - scale.lowest)
        return round(TOP + height * (1 - share))

    dots = [
        {
            "x": across(place),
            "y": down(float(point.value)),
            "value": number(point.value),
            "value_y": down(float(point.value)) - 8,
            "label": _short(point, words),
            "label_y": HEIGHT - 10,
        }
        for place, point in enumerate(shown)
    ]
    middle = (scale.lowest + scale.highest) // 2
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "dots": dots,
        "line": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "grid": [
            {"y": down(value), "text_y": down(value) + 4, "value": value}
            for value in (scale.lowest, middle, scale.highest)
        ],
        "left": LEFT,
        "right": WIDTH - RIGHT,
    }


def _short(point: Point, words: dict[str, Any]) -> str:
    """Under the axis: "6 wk", or "before"."""
    if point.is_baseline:
        return str(words["before"])
    unit = words["units"].get(point.occasion[:1], "")
    return f"{point.occasion[1:]} {unit}" if unit else point.occasion
