"""The permissions page of docs/reference, generated from the policy table."""

from clinics.domain import policy
from clinics.domain.roles import LABELS, ROLES

SECTIONS = {
    "Patients": policy.PATIENTS,
    "Schedule": policy.SCHEDULE,
    "Care path": policy.CARE_PATH,
    "Kits": policy.KITS,
    "Messages": policy.MESSAGES,
    "Records of what was done and seen": policy.ACCESS,
    "Administration": policy.ADMINISTRATION,
}

INTRODUCTION = """\
# Permissions

Generated from `clinics/domain/policy.py`; change the table, not this page.

Whatever is not listed is refused. A role acts at its own clinic: things of another
clinic answer 404. A patient holding a link may do what the link names and nothing
else. Actions marked * show patient data: each answer writes one row of the access log.
A refused attempt is written to the journal.
"""


def permissions_markdown() -> str:
    """The whole page, ending in one newline."""
    sections = [_section(title, rules) for title, rules in SECTIONS.items()]
    return "\n".join([INTRODUCTION, *sections])


def _section(title: str, rules: dict[str, policy.Rule]) -> str:
    rows = [_row(action, rules[action]) for action in sorted(rules)]
    head = ["| Action | Who may | Why |", "| --- | --- | --- |"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def _row(action: str, rule: policy.Rule) -> str:
    who = ", ".join(LABELS[role].lower() for role in ROLES if role in rule.roles)
    mark = "*" if rule.patient_bearing else ""
    return f"| `{action}`{mark} | {who} | {rule.why} |"
