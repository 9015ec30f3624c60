"""What the acts before the day, and those that end a path, ask for."""

from procedures import vocabulary
from procedures.acts.evaluate.schema import EVALUATE
from procedures.fields.schema import ActSchema, Field

TARGET = (
    Field(name="joint", kind="choice", label="Joint", choices=vocabulary.JOINTS),
    Field(
        name="structure",
        kind="choice",
        label="Structure",
        choices=vocabulary.STRUCTURES,
        default="intra_articular",
    ),
    Field(
        name="laterality", kind="choice", label="Side", choices=vocabulary.LATERALITIES
    ),
)
OPEN = ActSchema(
    act="open",
    label="Open an episode",
    fields=(
        Field(name="targets", kind="group", label="Target", min_items=1, fields=TARGET),
    ),
)
DECIDE = ActSchema(
    act="decide",
    label="Decision",
    signature="I have weighed the findings and decide so.",
    fields=(
        Field(
            name="outcome", kind="choice", label="Decision", choices=vocabulary.OUTCOMES
        ),
        Field(name="rationale", kind="text", label="Rationale", hard=(10, 4000)),
        Field(
            name="conditions",
            kind="text",
            label="Conditions",
            required=False,
            needed_if="approved with conditions",
        ),
        Field(
            name="reevaluate_on",
            kind="date",
            label="Evaluate again from",
            required=False,
            hint="When deferred; by default the first day the rules allow.",
        ),
    ),
)
OVERRIDE = ActSchema(
    act="override",
    label="Override of a rule",
    version="2",
    signature="I set this rule aside for this patient for the reason given.",
    second_person=True,
    fields=(
        Field(name="rule", kind="text", label="Rule", hard=(1, 32)),
        Field(
            name="value",
            kind="text",
            label="What made it fire",
            required=False,
            hard=(0, 300),
        ),
        Field(name="reason", kind="text", label="Reason", hard=(20, 4000)),
        Field(
            name="valid_on",
            kind="date",
            label="For this day only",
            required=False,
            needed_if="a rule of the day",
            hint="For rules of the day; otherwise it serves the decision.",
        ),
        Field(
            name="last_dose_at",
            kind="datetime",
            label="Last dose (anticoagulant)",
            required=False,
            needed_if="an anticoagulant",
            hint="Unless the evaluation has it.",
        ),
        Field(
            name="hold_hours",
            kind="integer",
            label="Held by the prescriber's plan",
            unit="h",
            required=False,
            hard=(0, 720),
            hint="Left empty: as the rule says.",
        ),
    ),
)
CONSENT_TARGET = (
    Field(name="target", kind="text", label="Target", required=False),
    Field(
        name="laterality", kind="choice", label="Side", choices=vocabulary.LATERALITIES
    ),
)


def _unless_revoked(**options: object) -> Field:
    return Field(required_unless="revoke", **options)  # type: ignore[arg-type]


CONSENT = ActSchema(
    act="consent",
    label="Consent",
    signature="I have explained it and the patient agrees, as written here.",
    fields=(
        Field(
            name="consent_type",
            kind="choice",
            label="Consent to",
            choices=vocabulary.CONSENT_TYPES,
            default="procedure",
        ),
        Field(
            name="revoke",
            kind="boolean",
            label="The patient takes this consent back",
            required=False,
            default=False,
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="taken back",
            hard=(0, 500),
        ),
        _unless_revoked(
            name="document_id", kind="text", label="Document", hard=(1, 64)
        ),
        _unless_revoked(
            name="document_version", kind="text", label="Version", hard=(1, 16)
        ),
        _unless_revoked(
            name="document_sha256",
            kind="text",
            label="Document's SHA-256",
            hard=(64, 64),
        ),
        Field(
            name="language",
            kind="choice",
            label="Language",
            choices=(("en", "English"), ("es", "Spanish")),
            default="en",
        ),
        Field(
            name="interpreter_id",
            kind="text",
            label="Interpreter",
            required=False,
            hard=(0, 32),
        ),
        _unless_revoked(
            name="targets",
            kind="group",
            label="Target",
            fields=CONSENT_TARGET,
            min_items=1,
        ),
        _unless_revoked(
            name="harvest_sites",
            kind="multichoice",
            label="Harvest sites",
            choices=vocabulary.HARVEST_SITES,
            min_items=1,
        ),
        Field(
            name="sedation",
            kind="choice",
            label="Sedation",
            choices=vocabulary.SEDATION_LEVELS,
            default="none",
        ),
        Field(
            name="proceduralist",
            kind="integer",
            label="Proceduralist",
            required=False,
            hint="A user's id; by default who signs.",
        ),
        _unless_revoked(
            name="signer_name", kind="text", label="Signed by", hard=(1, 120)
        ),
        Field(
            name="signer_relation",
            kind="text",
            label="Relation to the patient",
            default="self",
            hard=(1, 40),
        ),
    ),
)
PREPARE = ActSchema(
    act="prepare",
    label="Readiness",
    fields=(
        Field(
            name="item",
            kind="choice",
            label="Item",
            choices=vocabulary.READINESS_ITEMS,
        ),
        Field(
            name="state",
            kind="choice",
            label="State",
            choices=vocabulary.ITEM_STATES,
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="waived",
            hard=(0, 500),
        ),
    ),
)
WITHDRAW = ActSchema(
    act="withdraw",
    label="Withdrawal",
    fields=(Field(name="reason", kind="text", label="Reason", hard=(3, 500)),),
)
ABORT = ActSchema(
    act="abort",
    label="Abort the procedure",
    fields=(
        Field(
            name="reason",
            kind="choice",
            label="Reason",
            choices=vocabulary.ABORT_REASONS,
        ),
        Field(name="note", kind="text", label="Note", required=False, hard=(0, 400)),
    ),
)
NAMED = (
    Field(name="record", kind="text", label="Kind of record", hard=(1, 32)),
    Field(name="record_id", kind="text", label="Record", hard=(36, 36)),
    Field(name="reason", kind="text", label="Reason", hard=(10, 500)),
)
UNOPENED = Field(
    name="kit_unused",
    kind="boolean",
    label="The kit named before was not opened",
    required=False,
    hint="Then it may be used for somebody else. Only where another kit is named, and "
    "with a second person.",
)
CORRECT = ActSchema(
    act="correct",
    label="Correction",
    signature="This row replaces the one it names.",
    version="2",
    fields=(
        *NAMED,
        Field(name="values", kind="object", label="The whole record, corrected"),
        UNOPENED,
    ),
)
ENTER_IN_ERROR = ActSchema(
    act="enter_in_error",
    label="Entered in error",
    signature="This record should not have been made; it stays, struck through.",
    second_person=True,
    fields=(*NAMED, UNOPENED),
)
COMPLETE = ActSchema(
    act="complete",
    label="Close the episode",
    fields=(
        Field(
            name="outcome",
            kind="choice",
            label="Outcome",
            choices=vocabulary.CLOSING_OUTCOMES,
            default="completed",
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="not completed",
            hard=(0, 500),
        ),
    ),
)

SCHEMAS: dict[str, ActSchema] = {
    schema.act: schema
    for schema in (
        EVALUATE,
        DECIDE,
        OVERRIDE,
        CONSENT,
        PREPARE,
        WITHDRAW,
        ABORT,
        CORRECT,
        ENTER_IN_ERROR,
        COMPLETE,
    )
}
