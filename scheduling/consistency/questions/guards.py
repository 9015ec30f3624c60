"""Constraints by which the database must refuse, word for word.

They are this app's, as PostgreSQL tells them, without casts to text.
"""

# {table: {name: definition}}: everything this app added by name.
CONSTRAINTS = {
    "absence": {
        "absence_kind_known": (
            "CHECK (((kind) = ANY (ARRAY['ill', 'leave', 'maintenance', 'broken',"
            " 'unusable', 'other'])))"
        ),
        "absence_period_bounded": (
            "CHECK (((NOT isempty(period)) AND (lower(period) IS NOT NULL) AND"
            " (upper(period) IS NOT NULL) AND lower_inc(period) AND (NOT"
            " upper_inc(period))))"
        ),
    },
    "appointment": {
        "appointment_answer_is_known_and_dated": (
            "CHECK (((((answer) = '') AND (answered_at IS NULL)) OR (((answer) = ANY"
            " (ARRAY['yes', 'other', 'no'])) AND (answered_at IS NOT NULL))))"
        ),
        "appointment_confirmed_only_by_a_yes": (
            "CHECK (((confirmed_at IS NULL) OR (NOT ((answer) = ANY (ARRAY['other',"
            " 'no'])))))"
        ),
        "appointment_delay_told_at_a_time": (
            "CHECK ((((delay_minutes = 0) AND (delay_told_at IS NULL)) OR"
            " ((delay_minutes > 0) AND (delay_told_at IS NOT NULL))))"
        ),
        "appointment_during_bounded": (
            "CHECK (((NOT isempty(during)) AND (lower(during) IS NOT NULL) AND"
            " (upper(during) IS NOT NULL) AND lower_inc(during) AND (NOT"
            " upper_inc(during)) AND ((upper(during) - lower(during)) <="
            " '24:00:00'::interval)))"
        ),
        "appointment_fold_is_0_or_1": "CHECK ((fold = ANY (ARRAY[0, 1])))",
        "appointment_patient_in_one_place": (
            "EXCLUDE USING gist (patient_id WITH =, during WITH &&) WHERE ((in_person"
            " AND ((status) = ANY (ARRAY['booked', 'arrived', 'checked-in']))))"
        ),
        "appointment_status_known": (
            "CHECK (((status) = ANY (ARRAY['booked', 'arrived', 'checked-in',"
            " 'fulfilled', 'cancelled', 'noshow', 'entered-in-error'])))"
        ),
    },
    "appointmentmove": {
        "appointment_move_once": "UNIQUE (appointment_id, version)",
    },
    "appointmentphase": {
        "appointment_phase_lasts": "CHECK ((duration_minutes >= 1))",
        "appointment_phase_position_once": 'UNIQUE (appointment_id, "position")',
    },
    "conflict": {
        "conflict_cause_known": (
            "CHECK (((cause) = ANY (ARRAY['absence', 'hours', 'closure', 'retired',"
            " 'linked'])))"
        ),
        "conflict_open_once_per_absence": (
            "UNIQUE (appointment_id, absence_id) WHERE (resolved_at IS NULL)"
        ),
        "conflict_open_once_per_cause": (
            "UNIQUE (appointment_id, cause, resource_id) NULLS NOT DISTINCT WHERE"
            " ((absence_id IS NULL) AND (resolved_at IS NULL))"
        ),
        "conflict_resolution_has_time_and_way": (
            "CHECK (((((resolution) = '') AND (resolved_at IS NULL)) OR"
            " (((resolution) = ANY (ARRAY['kept', 'moved', 'cancelled'])) AND"
            " (resolved_at IS NOT NULL))))"
        ),
    },
    "freedopening": {
        "freed_opening_end_has_time_and_way": (
            "CHECK (((((handled_as) = '') AND (handled_at IS NULL)) OR (((handled_as)"
            " = ANY (ARRAY['offered', 'dismissed', 'gone'])) AND (handled_at IS NOT"
            " NULL))))"
        ),
    },
    "hold": {
        "hold_during_bounded": (
            "CHECK (((NOT isempty(during)) AND (lower(during) IS NOT NULL) AND"
            " (upper(during) IS NOT NULL) AND lower_inc(during) AND (NOT"
            " upper_inc(during)) AND ((upper(during) - lower(during)) <="
            " '24:00:00'::interval)))"
        ),
        "hold_end_has_time_and_way": (
            "CHECK (((((ended_as) = '') AND (ended_at IS NULL)) OR (((ended_as) = ANY"
            " (ARRAY['booked', 'released', 'expired'])) AND (ended_at IS NOT NULL))))"
        ),
    },
    "need": {
        "need_condition_known": (
            "CHECK (((only_if) = ANY (ARRAY['', 'image-guided-harvest'])))"
        ),
        "need_counts_at_least_one": "CHECK ((count >= 1))",
        "need_names_a_kind": (
            "CHECK (( CASE WHEN (kinds IS NULL) THEN NULL::integer ELSE"
            " COALESCE(array_length(kinds, 1), 0) END >= 1))"
        ),
        "need_position_once": 'UNIQUE (phase_id, "position")',
    },
    "offer": {
        "offer_batch_won_once": "UNIQUE (hold_id) WHERE ((state) = 'accepted')",
        "offer_once_per_batch": "UNIQUE (entry_id, hold_id)",
        "offer_state_known": (
            "CHECK (((state) = ANY (ARRAY['offered', 'accepted', 'declined',"
            " 'expired', 'too-late', 'withdrawn'])))"
        ),
    },
    "openinghours": {
        "opening_hours_end_after_start": (
            "CHECK (((local_end > local_start) OR (local_end = '00:00:00'::time"
            " without time zone)))"
        ),
        "opening_hours_validity_runs_forward": (
            "CHECK (((valid_from_on IS NULL) OR (valid_to_on IS NULL) OR (valid_to_on"
            " >= valid_from_on)))"
        ),
        "opening_hours_weekday_is_0_to_6": "CHECK ((weekday <= 6))",
    },
    "phase": {
        "phase_duration_within_bounds": (
            "CHECK (((min_duration_minutes >= 1) AND (duration_minutes >="
            " min_duration_minutes) AND (duration_minutes <= max_duration_minutes)))"
        ),
        "phase_position_once": 'UNIQUE (visit_type_id, "position")',
    },
    "phaserecord": {
        "phase_record_runs_forward": (
            "CHECK (((ended_at IS NULL) OR (ended_at >= started_at)))"
        ),
        "phase_recorded_once": 'UNIQUE (appointment_id, "position")',
    },
    "repairline": {
        "repair_line_has_a_start_or_a_call": (
            "CHECK ((((start IS NULL) AND ((way) = 'call')) OR ((start IS NOT NULL)"
            " AND ((way) = ANY (ARRAY['same-time', 'same-day', 'first-opening'])))))"
        ),
        "repair_line_once_per_visit": "UNIQUE (plan_id, appointment_id)",
        "repair_line_state_known": (
            "CHECK (((state) = ANY (ARRAY['proposed', 'done', 'failed', 'undone'])))"
        ),
    },
    "repairplan": {
        "repair_plan_being_made_was_asked_for": (
            "CHECK (((NOT ((state) = 'planning')) OR (asked_at IS NOT NULL)))"
        ),
        "repair_plan_one_at_work": (
            "UNIQUE (absence_id) WHERE ((state) = ANY (ARRAY['planning', 'proposed',"
            " 'applying', 'undoing']))"
        ),
        "repair_plan_says_how_it_was_made": (
            "CHECK ((((state) = ANY (ARRAY['planning', 'dropped'])) OR (NOT ((method)"
            " = ''))))"
        ),
        "repair_plan_words_known": (
            "CHECK ((((state) = ANY (ARRAY['planning', 'proposed', 'applying',"
            " 'applied', 'undoing', 'undone', 'dropped'])) AND ((method) = ANY"
            " (ARRAY['', 'exact', 'found', 'greedy', 'by-hand'])) AND ((because) = ANY"
            " (ARRAY['', 'no-solver', 'no-worker', 'stopped', 'failed']))))"
        ),
    },
    "reservation": {
        "reservation_no_double_booking": (
            "EXCLUDE USING gist (resource_id WITH =, period WITH &&) WHERE"
            " ((released_at IS NULL))"
        ),
        "reservation_one_owner": (
            "CHECK ((num_nonnulls(appointment_id, hold_id, absence_id) = 1))"
        ),
        "reservation_period_bounded": (
            "CHECK (((NOT isempty(period)) AND (lower(period) IS NOT NULL) AND"
            " (upper(period) IS NOT NULL) AND lower_inc(period) AND (NOT"
            " upper_inc(period)) AND ((upper(period) - lower(period)) <="
            " '24:00:00'::interval)))"
        ),
    },
    "resource": {
        "resource_named_once_per_clinic": "UNIQUE (clinic_id, name)",
    },
    "scheduleexception": {
        "schedule_exception_end_after_start": (
            "CHECK ((((local_end IS NULL) AND (local_start IS NULL)) OR ((local_end >"
            " local_start) AND (local_start IS NOT NULL)) OR ((local_end ="
            " '00:00:00'::time without time zone) AND (local_start IS NOT NULL))))"
        ),
        "schedule_exception_kind_known": (
            "CHECK (((kind) = ANY (ARRAY['closed', 'extra'])))"
        ),
    },
    "visittype": {
        "visit_type_one_active_version": "UNIQUE (clinic_id, slug) WHERE active",
        "visit_type_version_once": "UNIQUE (clinic_id, slug, version)",
    },
    "waitlistentry": {
        "waitlist_entry_end_has_time_and_way": (
            "CHECK (((((closed_as) = '') AND (closed_at IS NULL)) OR (((closed_as) ="
            " ANY (ARRAY['booked', 'withdrawn', 'expired'])) AND (closed_at IS NOT"
            " NULL))))"
        ),
        "waitlist_entry_validity_runs_forward": (
            "CHECK ((valid_to_on >= valid_from_on))"
        ),
    },
}

# {table: {column: table referred to}}
FOREIGN_KEYS = {
    "absence": {
        "resource_id": "scheduling_resource",
    },
    "appointment": {
        "clinic_id": "clinics_clinic",
        "clinician_id": "scheduling_resource",
        "patient_id": "patients_patient",
        "visit_type_id": "scheduling_visittype",
    },
    "appointmentmove": {
        "appointment_id": "scheduling_appointment",
    },
    "appointmentphase": {
        "appointment_id": "scheduling_appointment",
        "phase_id": "scheduling_phase",
    },
    "conflict": {
        "absence_id": "scheduling_absence",
        "appointment_id": "scheduling_appointment",
        "resource_id": "scheduling_resource",
    },
    "freedopening": {
        "appointment_id": "scheduling_appointment",
        "clinic_id": "clinics_clinic",
        "visit_type_id": "scheduling_visittype",
    },
    "hold": {
        "clinic_id": "clinics_clinic",
        "clinician_id": "scheduling_resource",
        "patient_id": "patients_patient",
        "visit_type_id": "scheduling_visittype",
    },
    "need": {
        "phase_id": "scheduling_phase",
        "same_as_id": "scheduling_need",
    },
    "offer": {
        "appointment_id": "scheduling_appointment",
        "entry_id": "scheduling_waitlistentry",
        "freed_id": "scheduling_freedopening",
        "hold_id": "scheduling_hold",
    },
    "openinghours": {
        "clinic_id": "clinics_clinic",
        "resource_id": "scheduling_resource",
    },
    "phase": {
        "visit_type_id": "scheduling_visittype",
    },
    "phaserecord": {
        "appointment_id": "scheduling_appointment",
        "phase_id": "scheduling_phase",
    },
    "repairline": {
        "appointment_id": "scheduling_appointment",
        "conflict_id": "scheduling_conflict",
        "move_id": "scheduling_appointmentmove",
        "plan_id": "scheduling_repairplan",
    },
    "repairplan": {
        "absence_id": "scheduling_absence",
        "clinic_id": "clinics_clinic",
    },
    "reservation": {
        "absence_id": "scheduling_absence",
        "appointment_id": "scheduling_appointment",
        "hold_id": "scheduling_hold",
        "need_id": "scheduling_need",
        "resource_id": "scheduling_resource",
    },
    "resource": {
        "clinic_id": "clinics_clinic",
    },
    "scheduleexception": {
        "clinic_id": "clinics_clinic",
        "resource_id": "scheduling_resource",
    },
    "visittype": {
        "clinic_id": "clinics_clinic",
    },
    "waitlistentry": {
        "appointment_id": "scheduling_appointment",
        "clinic_id": "clinics_clinic",
        "patient_id": "patients_patient",
        "visit_type_id": "scheduling_visittype",
    },
}
