"""Every act on an episode; forms, guards, handlers and pages are derived from here."""

from procedures.acts import in_passing, moments
from procedures.acts.abort import handle as abort_handle
from procedures.acts.abort import schema as abort_schema
from procedures.acts.adverse_event import correct as adverse_event_correct
from procedures.acts.adverse_event import guards as adverse_event_guards
from procedures.acts.adverse_event import handle as adverse_event_handle
from procedures.acts.adverse_event import schema as adverse_event_schema
from procedures.acts.check_in import correct as check_in_correct
from procedures.acts.check_in import guards as check_in_guards
from procedures.acts.check_in import handle as check_in_handle
from procedures.acts.check_in import schema as check_in_schema
from procedures.acts.complete import guards as complete_guards
from procedures.acts.complete import handle as complete_handle
from procedures.acts.complete import schema as complete_schema
from procedures.acts.consent import guards as consent_guards
from procedures.acts.consent import handle as consent_handle
from procedures.acts.consent import schema as consent_schema
from procedures.acts.correct import handle as correct_handle
from procedures.acts.correct import schema as correct_schema
from procedures.acts.decide import guards as decide_guards
from procedures.acts.decide import handle as decide_handle
from procedures.acts.decide import schema as decide_schema
from procedures.acts.definition import ActDefinition
from procedures.acts.discharge import guards as discharge_guards
from procedures.acts.discharge import handle as discharge_handle
from procedures.acts.discharge import schema as discharge_schema
from procedures.acts.enter_in_error import handle as enter_in_error_handle
from procedures.acts.enter_in_error import schema as enter_in_error_schema
from procedures.acts.evaluate import correct as evaluate_correct
from procedures.acts.evaluate import handle as evaluate_handle
from procedures.acts.evaluate import schema as evaluate_schema
from procedures.acts.hand_off import guards as hand_off_guards
from procedures.acts.hand_off import handle as hand_off_handle
from procedures.acts.hand_off import schema as hand_off_schema
from procedures.acts.harvest import correct as harvest_correct
from procedures.acts.harvest import guards as harvest_guards
from procedures.acts.harvest import handle as harvest_handle
from procedures.acts.harvest import schema as harvest_schema
from procedures.acts.inject import correct as inject_correct
from procedures.acts.inject import guards as inject_guards
from procedures.acts.inject import handle as inject_handle
from procedures.acts.inject import schema as inject_schema
from procedures.acts.lift_stop import guards as lift_stop_guards
from procedures.acts.lift_stop import handle as lift_stop_handle
from procedures.acts.lift_stop import schema as lift_stop_schema
from procedures.acts.not_done import guards as not_done_guards
from procedures.acts.not_done import handle as not_done_handle
from procedures.acts.not_done import schema as not_done_schema
from procedures.acts.override import guards as override_guards
from procedures.acts.override import handle as override_handle
from procedures.acts.override import schema as override_schema
from procedures.acts.prepare import guards as prepare_guards
from procedures.acts.prepare import handle as prepare_handle
from procedures.acts.prepare import schema as prepare_schema
from procedures.acts.process import correct as process_correct
from procedures.acts.process import guards as process_guards
from procedures.acts.process import handle as process_handle
from procedures.acts.process import schema as process_schema
from procedures.acts.release import guards as release_guards
from procedures.acts.release import handle as release_handle
from procedures.acts.release import schema as release_schema
from procedures.acts.respond import guards as respond_guards
from procedures.acts.respond import handle as respond_handle
from procedures.acts.respond import schema as respond_schema
from procedures.acts.time_out import guards as time_out_guards
from procedures.acts.time_out import handle as time_out_handle
from procedures.acts.time_out import schema as time_out_schema
from procedures.acts.withdraw import handle as withdraw_handle
from procedures.acts.withdraw import schema as withdraw_schema
from procedures.context import Corrector
from procedures.corrections.table import KINDS
from procedures.fields.schema import ActSchema

ACTS: dict[str, ActDefinition] = {
    definition.schema.act: definition
    for definition in (
        ActDefinition(
            schema=evaluate_schema.EVALUATE,
            past="evaluated",
            told="Evaluation signed",
            handle=evaluate_handle.evaluate,
            correct=evaluate_correct.evaluation,
            in_passing=in_passing.evaluate,
        ),
        ActDefinition(
            schema=decide_schema.DECIDE,
            past="decided",
            told="Decision signed",
            guard=decide_guards.decide,
            handle=decide_handle.decide,
            follows=moments.of_the_evaluation,
        ),
        ActDefinition(
            schema=override_schema.OVERRIDE,
            past="overridden",
            told="Rule set aside",
            guard=override_guards.override,
            handle=override_handle.override,
            follows=moments.of_the_evaluation,
            witness_last=True,
        ),
        ActDefinition(
            schema=consent_schema.CONSENT,
            past="consented",
            told="Consent signed or taken back",
            guard=consent_guards.consent,
            handle=consent_handle.consent,
        ),
        ActDefinition(
            schema=prepare_schema.PREPARE,
            past="prepared",
            told="Readiness item changed",
            guard=prepare_guards.prepare,
            handle=prepare_handle.prepare,
        ),
        ActDefinition(
            schema=withdraw_schema.WITHDRAW,
            past="withdrawn",
            told="Withdrawn",
            handle=withdraw_handle.withdraw,
        ),
        ActDefinition(
            schema=abort_schema.ABORT,
            past="aborted",
            told="Procedure aborted",
            handle=abort_handle.abort,
        ),
        ActDefinition(
            schema=correct_schema.CORRECT,
            past="corrected",
            told="Record corrected",
            handle=correct_handle.correct,
        ),
        ActDefinition(
            schema=enter_in_error_schema.ENTER_IN_ERROR,
            past="entered_in_error",
            told="Record entered in error",
            handle=enter_in_error_handle.enter_in_error,
        ),
        ActDefinition(
            schema=complete_schema.COMPLETE,
            past="closed",
            told="Episode closed",
            guard=complete_guards.complete,
            handle=complete_handle.complete,
        ),
        ActDefinition(
            schema=check_in_schema.CHECK_IN,
            past="checked_in",
            told="Checked in",
            guard=check_in_guards.check_in,
            handle=check_in_handle.check_in,
            correct=check_in_correct.vitals,
            follows=moments.of_the_decision,
            in_passing=in_passing.check_in,
        ),
        ActDefinition(
            schema=time_out_schema.TIME_OUT,
            past="timed_out",
            told="Time-out held",
            guard=time_out_guards.time_out,
            handle=time_out_handle.time_out,
            follows=moments.of_the_day,
            in_passing=in_passing.time_out,
        ),
        ActDefinition(
            schema=harvest_schema.HARVEST,
            past="harvested",
            told="Harvest done",
            guard=harvest_guards.harvest,
            handle=harvest_handle.harvest,
            correct=harvest_correct.harvest,
            follows=moments.of_the_day,
        ),
        ActDefinition(
            schema=hand_off_schema.HAND_OFF,
            past="handed_off",
            told="Product handed over",
            guard=hand_off_guards.hand_off,
            handle=hand_off_handle.hand_off,
            follows=moments.of_the_day,
        ),
        ActDefinition(
            schema=process_schema.PROCESS,
            past="processed",
            told="Processing done",
            guard=process_guards.process,
            handle=process_handle.process,
            correct=process_correct.processing,
            follows=moments.of_the_day,
        ),
        ActDefinition(
            schema=release_schema.RELEASE,
            past="released",
            told="Product released",
            guard=release_guards.release,
            handle=release_handle.release,
            follows=moments.of_the_day,
        ),
        ActDefinition(
            schema=inject_schema.INJECT,
            past="injected",
            told="Injection given",
            guard=inject_guards.inject,
            handle=inject_handle.inject,
            correct=inject_correct.injection,
            follows=moments.of_the_day,
            in_passing=in_passing.inject,
        ),
        ActDefinition(
            schema=not_done_schema.NOT_DONE,
            past="target_not_done",
            told="Target not treated",
            guard=not_done_guards.not_done,
            handle=not_done_handle.not_done,
        ),
        ActDefinition(
            schema=lift_stop_schema.LIFT_STOP,
            past="stop_lifted",
            told="Stop lifted",
            guard=lift_stop_guards.lift_stop,
            handle=lift_stop_handle.lift_stop,
        ),
        ActDefinition(
            schema=discharge_schema.DISCHARGE,
            past="discharged",
            told="Discharged",
            guard=discharge_guards.discharge,
            handle=discharge_handle.discharge,
            follows=moments.of_the_day,
        ),
        ActDefinition(
            schema=adverse_event_schema.ADVERSE_EVENT,
            past="adverse_event_recorded",
            told="Adverse event recorded",
            guard=adverse_event_guards.adverse_event,
            handle=adverse_event_handle.adverse_event,
            correct=adverse_event_correct.adverse_event,
        ),
        ActDefinition(
            schema=respond_schema.RESPOND,
            past="responded",
            told="Follow-up answered",
            guard=respond_guards.respond,
            handle=respond_handle.respond,
        ),
    )
}

SCHEMAS: dict[str, ActSchema] = {act: one.schema for act, one in ACTS.items()}
# Kind of record: what writes other values in place of one.
CORRECTORS: dict[str, Corrector] = {
    kind.code: corrector
    for kind in KINDS.values()
    if kind.values and (corrector := ACTS[kind.made_by].correct)
}


def of_record(kind: str) -> ActSchema:
    """Return the questions that a record of this kind answers: those of its act."""
    if kind == "vitals":
        return check_in_schema.VITALS
    return SCHEMAS[KINDS[kind].made_by]
