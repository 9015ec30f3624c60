"""Follow-up: timetable, contacts, questions, scores and warning signs."""
