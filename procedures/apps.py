from django.apps import AppConfig

# Signed tables take INSERT, and `superseded_at` once.
SIGNED = (
    "procedures_evaluation",
    "procedures_decision",
    "procedures_override",
    "procedures_consent",
)
APPEND_ONLY = (
    "procedures_signature",
    "procedures_targetfinding",
    "procedures_evaluationmedication",
    "procedures_evaluationlab",
    "procedures_decisionrule",
    "procedures_consenttarget",
    "procedures_consentrevocation",
    "procedures_ruleversion",
)

DAY_SIGNED = (
    "procedures_checkin",
    "procedures_vitalsset",
    "procedures_sitemark",
    "procedures_timeout",
    "procedures_harvest",
    "procedures_discharge",
    "procedures_adverseevent",
    "procedures_handoff",
    "procedures_kituse",
    "procedures_processing",
    "procedures_release",
    "procedures_injection",
    "procedures_disposition",
    "procedures_response",
    "procedures_instrumentresponse",
    "procedures_milestonereport",
)
DAY_APPEND_ONLY = (
    "procedures_lastdose",
    "procedures_aliquot",
    "procedures_localanaesthetic",
    "procedures_product",
    "procedures_scanincident",
    "procedures_incidentresolution",
    "procedures_instrumentversion",
    "procedures_timetableversion",
    "procedures_milestoneversion",
    "procedures_enteredinerror",
    "procedures_saidanswer",
)


class ProceduresConfig(AppConfig):
    name = "procedures"

    def ready(self) -> None:
        from core import events, grants
        from procedures.subscriptions import SUBSCRIPTIONS
        from procedures.visits import booking_rule
        from scheduling.booking import rules

        grants.signed(*SIGNED, *DAY_SIGNED)
        grants.append_only(*APPEND_ONLY, *DAY_APPEND_ONLY)
        events.subscribe_all(SUBSCRIPTIONS)
        rules.register(
            booking_rule.approval, decides=True, resolve=booking_rule.subject_of
        )
