"""Words that no message holds: bodies, diseases, treatments, and claims of success.

A message may be read by anybody who picks up the telephone (HIPAA), and what we say of
a treatment is evidence of what it is for (21 CFR 1271.10). English and Spanish.
"""

import re
from typing import Final

FORBIDDEN: Final = re.compile(
    r"\b(joint|knee|hip|shoulder|elbow|ankle|spine|tend[oó]n|cart[ií]l|bone|marrow"
    r"|harvest|aspirat|inject|concentrate|bmac|bmc|procedure|surg|operati|an(a?)esthe"
    r"|sedat|diagn|arthr|osteo|infect|medica|result|lab|orthop|stem|cell|regener|cure"
    r"|heal|therap|treat|doctor|clinician|nurse|articulaci|rodilla|cadera|hombro|codo"
    r"|tobillo|columna|hueso|m[eé]dul|inyec|procedimiento|cirug|operaci|anest|artr"
    r"|infecc|c[eé]lula|madre|cura|terapia|tratam|m[eé]dic|enfermer"
    r"|fda|no risk|risk[- ]free|guarant|sin riesgo|garanti)",
    re.IGNORECASE,
)
WHOLE_WORD: Final = re.compile(r"\w*", re.UNICODE)


def forbidden_words(text: str) -> list[str]:
    """Return the words of a text that no message may hold, each once, as written."""
    found = []
    for match in FORBIDDEN.finditer(text):
        rest = WHOLE_WORD.match(text, match.end())
        found.append(match[0] + (rest[0] if rest else ""))
    return list(dict.fromkeys(found))
