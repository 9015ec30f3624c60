"""Kinds of resources: the one table of their names and their place on the board.

A clinic may have kinds that are not here; they are called by their code, and the board
has them under `OTHERS`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind as resources and needs name it by `code`.

    `label` is for the middle of a sentence ("C-arm"). What is `always_on_board` is
    worth seeing empty: here somebody books next.
    """

    code: str
    label: str
    plural: str
    board_group: str
    always_on_board: bool = False
    is_room: bool = False


CLINICIAN = "clinician"
OTHERS = "Others"

# In the order of the board and of the forms.
KINDS = (
    ResourceKind(
        "procedure_room",
        "procedure room",
        "procedure rooms",
        "Rooms",
        always_on_board=True,
        is_room=True,
    ),
    ResourceKind(
        "consult_room",
        "consult room",
        "consult rooms",
        "Rooms",
        always_on_board=True,
        is_room=True,
    ),
    ResourceKind(
        CLINICIAN, "clinician", "clinicians", "Clinicians", always_on_board=True
    ),
    ResourceKind("nurse", "nurse", "nurses", "Nurses and technicians"),
    ResourceKind("technician", "technician", "technicians", "Nurses and technicians"),
    ResourceKind("preop_bay", "pre-op bay", "pre-op bays", "Bays"),
    ResourceKind("recovery_bay", "recovery bay", "recovery bays", "Bays"),
    ResourceKind("centrifuge", "centrifuge", "centrifuges", "Centrifuges"),
    ResourceKind("ultrasound", "ultrasound", "ultrasound", "Imaging"),
    ResourceKind("c_arm", "C-arm", "C-arms", "Imaging"),
)
BY_CODE = {kind.code: kind for kind in KINDS}
PLACES = {kind.code: place for place, kind in enumerate(KINDS)}


def label(code: str) -> str:
    """Return what a kind is called: "recovery_bay" is a recovery bay."""
    kind = BY_CODE.get(code)
    return kind.label if kind else code.replace("_", " ")


def title(code: str) -> str:
    """Return the same with a capital, for the start of a line: "Pre-op bay"."""
    return _with_a_capital(label(code))


def plural_title(code: str) -> str:
    """Return what several of a kind are called, with a capital: "C-arms"."""
    kind = BY_CODE.get(code)
    return _with_a_capital(kind.plural if kind else f"{label(code)}s")


def board_group(code: str) -> str:
    """Return the name of the group of columns in which the board has the kind."""
    kind = BY_CODE.get(code)
    return kind.board_group if kind else OTHERS


def _with_a_capital(words: str) -> str:
    return words[:1].upper() + words[1:]
