"""SQL of migration 0014: answers to the yearly rounds, after the path is completed."""

_BEFORE = "released injected discharged follow_up aborted withdrawn"
IN_STAGE = {"response": f"{_BEFORE} completed"}


def _answered_in(stages: str) -> str:
    return f"""
DROP TRIGGER recorded_in_its_stage ON procedures_response;
CREATE TRIGGER recorded_in_its_stage AFTER INSERT ON procedures_response
  FOR EACH ROW WHEN (NEW.corrects_id IS NULL)
  EXECUTE FUNCTION procedures_in_its_stage('{"', '".join(stages.split())}');
"""


ANSWERED_IN = _answered_in(IN_STAGE["response"])
ANSWERED_IN_BEFORE = _answered_in(_BEFORE)
