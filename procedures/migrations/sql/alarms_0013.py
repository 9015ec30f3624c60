"""SQL of migration 0013: answers after an early end, contacts stopped by a death."""

# Whoever was injected is followed up, also when the day or the path ended early.
IN_STAGE = {"response": "released injected discharged follow_up aborted withdrawn"}
_BEFORE = "discharged follow_up"


def _answered_in(stages: str) -> str:
    return f"""
DROP TRIGGER recorded_in_its_stage ON procedures_response;
CREATE TRIGGER recorded_in_its_stage AFTER INSERT ON procedures_response
  FOR EACH ROW WHEN (NEW.corrects_id IS NULL)
  EXECUTE FUNCTION procedures_in_its_stage('{"', '".join(stages.split())}');
"""


ANSWERED_IN = _answered_in(IN_STAGE["response"])
ANSWERED_IN_BEFORE = _answered_in(_BEFORE)

# As in 0011, and: a contact that was cancelled because nothing may be told to its
# patient is planned again when that was a slip.
_KEEPS_ITS_PLAN = """
CREATE OR REPLACE FUNCTION procedures_follow_up_keeps_its_plan() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND to_jsonb(NEW) - '{{state,answered_at}}'::text[]
         = to_jsonb(OLD) - '{{state,answered_at}}'::text[]
     AND NEW.answered_at IS NULL AND OLD.answered_at IS NOT NULL
     AND (NEW.state = OLD.state OR (OLD.state, NEW.state) = ('answered', 'planned'))
     AND NOT EXISTS (SELECT FROM procedures_response r
                      WHERE r.follow_up_id = NEW.id AND r.superseded_at IS NULL)
     AND EXISTS (SELECT FROM procedures_response r
                   JOIN procedures_enteredinerror x
                     ON x.record_kind = 'response' AND x.record_id = r.id
                  WHERE r.follow_up_id = NEW.id) THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - '{{state,answered_at}}'::text[]
        <> to_jsonb(OLD) - '{{state,answered_at}}'::text[]
     OR (OLD.answered_at IS NOT NULL
         AND OLD.answered_at IS DISTINCT FROM NEW.answered_at)
     OR (OLD.state <> 'planned' AND NEW.state <> OLD.state{planned_again}) THEN
    RAISE EXCEPTION 'a planned contact never moves' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
"""
_PLANNED_AGAIN = """
         AND NOT ((OLD.state, NEW.state) = ('cancelled', 'planned') AND EXISTS (
           SELECT FROM procedures_episode e
             JOIN patients_patient p ON p.id = e.patient_id
            WHERE e.id = NEW.episode_id AND p.standing = ''))"""
CONTACTS = _KEEPS_ITS_PLAN.format(planned_again=_PLANNED_AGAIN)
CONTACTS_BEFORE = _KEEPS_ITS_PLAN.format(planned_again="")
