"""The second person of a kit, in SQL (frozen with migration 0014)."""

from procedures.migrations.sql.refusals_0012 import judge

# Whoever types a label has it read by another; whoever gives a box back that was named
# before has another look that it is unopened. The same box read anew is no other box.
VOUCHED = judge(
    "kituse",
    "kit_is_vouched_for_by_two",
    """
  IF NEW.second_person_id IS NOT NULL THEN
    IF NEW.recorded_by = 'staff:' || NEW.second_person_id THEN
      fault := 'the second person must be somebody else';
    END IF;
  ELSIF NEW.is_typed THEN
    fault := 'two people read the label of a kit that is typed';
  ELSIF NEW.corrects_id IS NOT NULL THEN
    SELECT 'two people look at a kit that is to be used for somebody else' INTO fault
      FROM procedures_kituse k
     WHERE k.id = NEW.corrects_id
       AND (k.serial = '' OR (k.gtin, k.serial) <> (NEW.gtin, NEW.serial));
  END IF;
""",
)
GUARDS = (VOUCHED,)
