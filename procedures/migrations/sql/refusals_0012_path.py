"""Stages, evaluation, decision, override and consent: see refusals_0012_sql."""

from procedures.migrations.sql.refusals_0012 import Guard, judge, refuse

# From each stage to where one act may lead; the same table as domain.pathway with
# what the act enter_in_error takes back. A test compares them.
LEADS_TO = {
    "enquiry": "consultation withdrawn",
    "consultation": "decided approved scheduled deferred declined withdrawn",
    "decided": "approved scheduled deferred declined",
    "approved": "decided approved scheduled deferred declined withdrawn consultation",
    "scheduled": "decided approved ready deferred declined withdrawn",
    "ready": "decided approved scheduled deferred declined withdrawn checked_in",
    "deferred": "decided approved scheduled deferred declined withdrawn",
    "declined": "decided approved scheduled deferred declined withdrawn consultation",
    "checked_in": "harvested aborted ready",
    "harvested": "processed aborted checked_in",
    "processed": "released aborted harvested",
    "released": "injected aborted processed",
    "injected": "discharged released",
    "discharged": "follow_up completed lost_to_follow_up converted_to_surgery"
    " withdrawn injected",
    "follow_up": "completed lost_to_follow_up converted_to_surgery withdrawn injected",
}
_PAIRS = ",\n    ".join(
    f"('{stage}', '{after}')"
    for stage, afters in LEADS_TO.items()
    for after in afters.split()
)
STAGE_LEADS_TO = Guard(
    f"""
CREATE FUNCTION procedures_stage_leads_to(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT before = after OR (before, after) IN (VALUES
    {_PAIRS})
$$;
""",
    "DROP FUNCTION procedures_stage_leads_to(text, text);",
)

# Whether every target has its injection or the reason why not, and one was injected.
TARGETS_ARE_DONE = Guard(
    """
CREATE FUNCTION procedures_targets_are_done(path uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM procedures_target t
     WHERE t.episode_id = path AND NOT EXISTS (
       SELECT FROM procedures_injection i
        WHERE i.target_id = t.id AND i.superseded_at IS NULL)
       AND NOT EXISTS (
       SELECT FROM procedures_notdone n
        WHERE n.target_id = t.id AND n.superseded_at IS NULL))
    AND EXISTS (
    SELECT FROM procedures_injection i
     WHERE i.episode_id = path AND i.superseded_at IS NULL)
$$;
""",
    "DROP FUNCTION procedures_targets_are_done(uuid);",
)

_CURRENT = "x.episode_id = NEW.id AND x.superseded_at IS NULL"


def _none(table: str, more: str = "") -> str:
    return f"NOT EXISTS (SELECT FROM procedures_{table} x WHERE {_CURRENT}{more})"


_APPROVED = " AND x.outcome IN ('approved', 'approved_with_conditions')"
_TERMINAL = (
    "'completed', 'withdrawn', 'aborted', 'lost_to_follow_up', 'converted_to_surgery'"
)
STAGE_HAS_ITS_RECORD = judge(
    "episode",
    "stage_has_its_record",
    f"""
  IF NEW.stage = OLD.stage AND NEW.closed_at IS NOT DISTINCT FROM OLD.closed_at THEN
    RETURN NULL;
  END IF;
  fault := CASE
    WHEN NOT procedures_stage_leads_to(OLD.stage, NEW.stage)
      THEN format('an episode does not go from %s to %s', OLD.stage, NEW.stage)
    WHEN (NEW.stage IN ({_TERMINAL})) <> (NEW.closed_at IS NOT NULL)
      THEN 'an episode is closed when it ends, and not before'
    WHEN NEW.stage IN ('withdrawn', 'aborted', 'lost_to_follow_up',
                       'converted_to_surgery') AND NEW.closing_reason = ''
      THEN 'an episode that ends early says why'
    ELSE CASE NEW.stage
      WHEN 'decided' THEN CASE WHEN {_none("decision")}
        THEN 'there is no decision' END
      WHEN 'declined' THEN CASE WHEN {_none("decision", " AND x.outcome = 'declined'")}
        THEN 'no decision declines' END
      WHEN 'approved' THEN CASE WHEN {_none("decision", _APPROVED)}
        THEN 'no current decision approves' END
      WHEN 'scheduled' THEN CASE
        WHEN {_none("decision", _APPROVED)} THEN 'no current decision approves'
        WHEN OLD.stage <> 'ready' AND {
        _none(
            "decision",
            _APPROVED
            + '''
             AND x.valid_until >= procedures_local_day(NEW.id, NEW.stage_at)''',
        )
    }
          THEN 'the approval has run out'
        WHEN NOT EXISTS (SELECT FROM procedures_episodevisit v
                          WHERE v.episode_id = NEW.id AND v.purpose = 'procedure'
                            AND v.released_at IS NULL)
          THEN 'no procedure is booked' END
      WHEN 'ready' THEN CASE
        WHEN OLD.stage = 'checked_in' AND EXISTS (
             SELECT FROM procedures_checkin x WHERE {_CURRENT})
          THEN 'the check-in stands'
        WHEN EXISTS (SELECT FROM procedures_readinessitem i
                      WHERE i.episode_id = NEW.id AND i.state = 'open')
          OR (SELECT count(*) FROM procedures_readinessitem i
               WHERE i.episode_id = NEW.id) < 4
          THEN 'something is still to be arranged'
        WHEN {
        _none(
            "consent",
            ''' AND x.consent_type = 'procedure' AND NOT EXISTS (
             SELECT FROM procedures_consentrevocation r WHERE r.consent_id = x.id)''',
        )
    }
          THEN 'there is no procedure consent' END
      WHEN 'checked_in' THEN CASE
        WHEN {_none("checkin")} THEN 'nobody was checked in'
        WHEN {_none("vitalsset", " AND x.purpose = 'check_in'")}
          THEN 'vital signs of the check-in are missing'
        WHEN EXISTS (SELECT FROM procedures_harvest x WHERE {_CURRENT})
          THEN 'the harvest stands' END
      WHEN 'harvested' THEN CASE
        WHEN {_none("harvest")} THEN 'nothing was harvested'
        WHEN EXISTS (SELECT FROM procedures_processing x WHERE {_CURRENT})
          THEN 'the processing stands' END
      WHEN 'processed' THEN CASE
        WHEN {_none("processing")} THEN 'nothing was processed'
        WHEN EXISTS (SELECT FROM procedures_release x WHERE {_CURRENT})
          THEN 'the release stands' END
      WHEN 'released' THEN CASE
        WHEN {_none("release")} THEN 'no product was released' END
      WHEN 'injected' THEN CASE
        WHEN NOT procedures_targets_are_done(NEW.id) THEN 'a target is not injected'
        WHEN EXISTS (SELECT FROM procedures_discharge x WHERE {_CURRENT})
          THEN 'the discharge stands' END
      WHEN 'discharged' THEN CASE
        WHEN {_none("discharge")} THEN 'nobody was discharged' END
      WHEN 'follow_up' THEN CASE
        WHEN {_none("response")} THEN 'the patient has not answered yet' END
      WHEN 'completed' THEN CASE
        WHEN EXISTS (SELECT FROM procedures_followup f
                      WHERE f.episode_id = NEW.id AND f.state = 'planned'
                        AND f.window_to >= procedures_local_day(NEW.id, NEW.stage_at))
          THEN 'a follow-up is still open' END
      WHEN 'aborted' THEN procedures_kept_product(NEW.id) END END;
""",
    "UPDATE OF stage, closed_at",
)

# An aborted day leaves nothing: what was drawn or made is discarded or used.
KEPT_PRODUCT = Guard(
    """
CREATE FUNCTION procedures_kept_product(path uuid) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN gone.ml < whole.ml - 0.1
    THEN 'an aborted day discards its product' END
    FROM (SELECT h.total_aspirate_ml, p.id AS processing, p.bmc_ml,
                 coalesce(p.bmc_ml, h.total_aspirate_ml) AS ml
            FROM procedures_harvest h
            LEFT JOIN procedures_processing p
              ON p.episode_id = h.episode_id AND p.superseded_at IS NULL
           WHERE h.episode_id = path AND h.superseded_at IS NULL) AS whole,
    LATERAL (
      SELECT coalesce((SELECT sum(i.volume_ml) FROM procedures_injection i
                        WHERE i.episode_id = path AND i.superseded_at IS NULL), 0)
           + coalesce((SELECT sum(d.volume_ml) FROM procedures_disposition d
                         JOIN procedures_product p ON p.id = d.product_id
                        WHERE d.episode_id = path AND d.superseded_at IS NULL
                          AND (p.kind = 'C') = (whole.processing IS NOT NULL)), 0)
             AS ml) AS gone
$$;
""",
    "DROP FUNCTION procedures_kept_product(uuid);",
)

# In which stages an act makes its record; a correction may come later. The kit that
# was really used comes with the correction of its processing, whose row before has been
# superseded at that instant; KIT_OF_A_CORRECTION asks for the row after.
IN_STAGE = {
    "evaluation": "enquiry consultation approved scheduled ready deferred declined",
    "decision": "consultation approved scheduled ready deferred declined",
    "override": "consultation approved scheduled ready deferred declined checked_in",
    "consent": "consultation approved scheduled ready"
    " checked_in harvested processed released",
    "checkin": "ready",
    "sitemark": "ready checked_in",
    "timeout": "checked_in released",
    "harvest": "checked_in",
    "handoff": "harvested processed released",
    "kituse": "harvested",
    "processing": "harvested",
    "release": "processed",
    "injection": "released",
    "notdone": "checked_in harvested processed released",
    "discharge": "injected",
    "response": "discharged follow_up",
}
IN_ITS_STAGE = Guard(
    """
CREATE FUNCTION procedures_in_its_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text;
BEGIN
  SELECT format('the episode is %s; that is not recorded now',
                replace(e.stage, '_', ' ')) INTO fault
    FROM procedures_episode e
   WHERE e.id = NEW.episode_id AND e.stage::text <> ALL (TG_ARGV)
     AND NOT (TG_TABLE_NAME = 'procedures_kituse' AND EXISTS (
       SELECT FROM procedures_processing p
        WHERE p.episode_id = e.id AND p.superseded_at = NEW.recorded_at));
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '%', fault USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER recorded_in_its_stage AFTER INSERT ON procedures_{table}
  FOR EACH ROW WHEN (NEW.corrects_id IS NULL)
  EXECUTE FUNCTION procedures_in_its_stage('{"', '".join(stages.split())}');
"""
        for table, stages in IN_STAGE.items()
    ),
    "".join(
        f"DROP TRIGGER recorded_in_its_stage ON procedures_{table};\n"
        for table in IN_STAGE
    )
    + "DROP FUNCTION procedures_in_its_stage();",
)

EPISODE = [
    refuse(
        "episode",
        "begins_as_an_enquiry",
        "NEW.stage <> 'enquiry' OR NEW.closed_at IS NOT NULL",
        "an episode begins as an enquiry",
    ),
    refuse(
        "episode",
        "version_counts_up",
        "NEW.version < OLD.version OR NEW.opened_at <> OLD.opened_at",
        "an episode's version only counts up, and it is opened once",
        "UPDATE",
    ),
    judge(
        "episode",
        "is_of_its_clinics_patient",
        """
  SELECT 'the patient is another clinic''s' INTO fault FROM patients_patient p
   WHERE p.id = NEW.patient_id AND p.clinic_id <> NEW.clinic_id;
""",
    ),
    judge(
        "target",
        "plan_is_fixed_by_the_evaluation",
        """
  SELECT 'the targets are fixed once they are evaluated' INTO fault
    FROM procedures_episode e
   WHERE e.id = NEW.episode_id
     AND (e.stage NOT IN ('enquiry', 'consultation') OR EXISTS (
       SELECT FROM procedures_evaluation v WHERE v.episode_id = e.id));
""",
    ),
    judge(
        "episodevisit",
        "visit_is_the_patients",
        """
  SELECT 'the appointment is another patient''s' INTO fault
    FROM procedures_episode e, scheduling_appointment a
   WHERE e.id = NEW.episode_id AND a.id = NEW.appointment_id
     AND a.patient_id IS DISTINCT FROM e.patient_id;
""",
    ),
    refuse(
        "episodevisit",
        "visit_stays_where_it_is",
        "(OLD.episode_id, OLD.appointment_id, OLD.purpose)"
        " IS DISTINCT FROM (NEW.episode_id, NEW.appointment_id, NEW.purpose)",
        "a visit stays with its episode",
        "UPDATE",
    ),
    refuse("episodevisit", "visit_is_kept", "true", "a visit is kept", "DELETE"),
]

READINESS = [
    judge(
        "readinessitem",
        "consent_is_done_by_signing",
        """
  IF NEW.kind = 'consent' AND NEW.state = 'done' AND NOT EXISTS (
      SELECT FROM procedures_consent k
       WHERE k.episode_id = NEW.episode_id AND k.consent_type = 'procedure'
         AND k.superseded_at IS NULL AND NOT EXISTS (
           SELECT FROM procedures_consentrevocation r WHERE r.consent_id = k.id)) THEN
    fault := 'consent is done when it is signed';
  END IF;
""",
        "INSERT OR UPDATE",
    ),
    refuse(
        "readinessitem",
        "item_stays_what_it_is",
        "(OLD.episode_id, OLD.kind) IS DISTINCT FROM (NEW.episode_id, NEW.kind)",
        "a readiness item stays what it is",
        "UPDATE",
    ),
    refuse(
        "readinessitem",
        "item_is_kept",
        "true",
        "a readiness item is opened again, not deleted",
        "DELETE",
    ),
]

GUARDS = [
    STAGE_LEADS_TO,
    TARGETS_ARE_DONE,
    KEPT_PRODUCT,
    STAGE_HAS_ITS_RECORD,
    IN_ITS_STAGE,
    *EPISODE,
    *READINESS,
]
