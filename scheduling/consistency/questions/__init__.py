"""Plain SQL for what must be true of the tables: one row per fault, in words.

Nothing here is shared with the services or the engine, not even a name: a fault
there must not be able to hide here. What is over is asked about only where it still
takes time, so that years of history cost little.
"""

from scheduling.consistency.questions import (
    hours,
    repair,
    schema,
    time_taken,
    visits,
    waitlist,
)

QUESTIONS: dict[str, str] = {
    **time_taken.QUESTIONS,
    **visits.QUESTIONS,
    **hours.QUESTIONS,
    **repair.QUESTIONS,
    **waitlist.QUESTIONS,
    **schema.QUESTIONS,
}
