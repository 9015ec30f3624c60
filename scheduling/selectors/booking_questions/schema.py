"""Questions about the database itself: what it must refuse, it still refuses."""

# (table, name): everything this app added by name. A test keeps the list whole.
INSISTED_ON = {
    "absence": "absence_kind_known absence_period_bounded",
    "appointment": (
        "appointment_during_bounded appointment_fold_is_0_or_1"
        " appointment_patient_in_one_place appointment_status_known"
    ),
    "appointmentmove": "appointment_move_once",
    "appointmentphase": "appointment_phase_lasts appointment_phase_position_once",
    "conflict": (
        "conflict_cause_known conflict_open_once_per_absence"
        " conflict_open_once_per_cause conflict_resolution_has_time_and_way"
    ),
    "freedopening": "freed_opening_end_has_time_and_way",
    "hold": "hold_during_bounded hold_end_has_time_and_way",
    "need": (
        "need_condition_known need_counts_at_least_one need_names_a_kind"
        " need_position_once"
    ),
    "offer": "offer_batch_won_once offer_once_per_batch offer_state_known",
    "openinghours": (
        "opening_hours_end_after_start opening_hours_validity_runs_forward"
        " opening_hours_weekday_is_0_to_6"
    ),
    "phase": "phase_duration_within_bounds phase_position_once",
    "phaserecord": "phase_record_runs_forward phase_recorded_once",
    "repairline": (
        "repair_line_has_a_start_or_a_call repair_line_once_per_visit"
        " repair_line_state_known"
    ),
    "repairplan": "repair_plan_one_at_work repair_plan_words_known",
    "reservation": (
        "reservation_no_double_booking reservation_one_owner reservation_period_bounded"
    ),
    "resource": "resource_named_once_per_clinic",
    "scheduleexception": (
        "schedule_exception_end_after_start schedule_exception_kind_known"
    ),
    "visittype": "visit_type_one_active_version visit_type_version_once",
    "waitlistentry": (
        "waitlist_entry_end_has_time_and_way waitlist_entry_validity_runs_forward"
    ),
}


def _wanted(question: str) -> str:
    rows = ", ".join(
        f"('scheduling_{table}', '{name}')"
        for table, names in INSISTED_ON.items()
        for name in names.split()
    )
    return f"WITH wanted(tables, name) AS (VALUES {rows}) {question}"


QUESTIONS = {
    # A partial unique constraint is an index, and not in pg_constraint.
    "constraints": _wanted(
        """
SELECT format('The constraint %%s of %%s is missing, deferrable or not validated.',
              name, tables)
  FROM wanted
 WHERE NOT EXISTS (
       SELECT FROM pg_constraint c
        WHERE c.conrelid = tables::regclass AND c.conname = name
          AND c.convalidated AND NOT c.condeferrable)
   AND NOT EXISTS (
       SELECT FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
        WHERE i.indrelid = tables::regclass AND k.relname = name
          AND i.indisunique AND i.indisvalid AND i.indimmediate)
 UNION ALL
SELECT format('The constraint %%s of %%s is not validated.',
              conname, conrelid::regclass)
  FROM pg_constraint
 WHERE conrelid IN (SELECT tables::regclass FROM wanted)
   AND contype = 'f' AND NOT convalidated
 UNION ALL
SELECT format('The constraint %%s of scheduling_reservation is not the one meant: %%s.',
              conname, pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE conrelid = 'scheduling_reservation'::regclass
   AND conname = 'reservation_no_double_booking'
   AND pg_get_constraintdef(oid) <> 'EXCLUDE USING gist (resource_id WITH =,'
       ' period WITH &&) WHERE ((released_at IS NULL))'"""
    ),
}
