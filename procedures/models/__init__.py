"""Tables of procedures."""

from procedures.models.consent import Consent, ConsentRevocation, ConsentTarget
from procedures.models.day import (
    AdverseEvent,
    Aliquot,
    CheckIn,
    Discharge,
    Harvest,
    LastDose,
    LocalAnaesthetic,
    SiteMark,
    TimeOut,
    VitalsSet,
)
from procedures.models.decision import Decision, DecisionRule, Override, RuleVersion
from procedures.models.entered_in_error import EnteredInError
from procedures.models.episode import Episode, EpisodeVisit, Target
from procedures.models.evaluation import (
    Evaluation,
    EvaluationLab,
    EvaluationMedication,
    TargetFinding,
)
from procedures.models.follow_up import (
    DraftAnswer,
    FollowUp,
    InstrumentResponse,
    InstrumentVersion,
    Response,
    SaidAnswer,
    TimetableVersion,
)
from procedures.models.injection import Disposition, Injection
from procedures.models.milestone import (
    EpisodeMilestone,
    MilestoneReport,
    MilestoneVersion,
)
from procedures.models.products import (
    HandOff,
    IncidentResolution,
    KitUse,
    Processing,
    Product,
    ProductCounter,
    Release,
    ScanIncident,
)
from procedures.models.readiness import ReadinessItem
from procedures.models.signature import Record, Signature, SignedRecord
from procedures.models.stop import LateEntry, NotDone, Stop, StopContradiction, StopLift

__all__ = [
    "AdverseEvent",
    "Aliquot",
    "CheckIn",
    "Consent",
    "ConsentRevocation",
    "ConsentTarget",
    "Decision",
    "DecisionRule",
    "Discharge",
    "Disposition",
    "DraftAnswer",
    "EnteredInError",
    "Episode",
    "EpisodeMilestone",
    "EpisodeVisit",
    "Evaluation",
    "EvaluationLab",
    "EvaluationMedication",
    "FollowUp",
    "HandOff",
    "Harvest",
    "IncidentResolution",
    "Injection",
    "InstrumentResponse",
    "InstrumentVersion",
    "KitUse",
    "LastDose",
    "LateEntry",
    "LocalAnaesthetic",
    "MilestoneReport",
    "MilestoneVersion",
    "NotDone",
    "Override",
    "Processing",
    "Product",
    "ProductCounter",
    "ReadinessItem",
    "Record",
    "Release",
    "Response",
    "RuleVersion",
    "SaidAnswer",
    "ScanIncident",
    "Signature",
    "SignedRecord",
    "SiteMark",
    "Stop",
    "StopContradiction",
    "StopLift",
    "Target",
    "TargetFinding",
    "TimeOut",
    "TimetableVersion",
    "VitalsSet",
]
