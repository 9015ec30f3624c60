"""Another kit than the one scanned: corrected, and found by either lot."""

import pytest

from patients.models import Task
from procedures.fields.schema import InvalidData
from procedures.models import Episode, KitUse, Processing
from procedures.products.selectors import look_back
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.correcting import correct, kit_of, processing_of
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

OTHER = "(01)09520000000028(17)280331(10)K26B-0009(21)T0001"
EXPIRED = "(01)09520000000028(17)250331(10)K25B-0001(21)T0002"


def mended(day, row, *people, **changes):
    return correct(
        day, "processing", row, *people, **processing_of(day, row, **changes)
    )


@pytest.fixture
def day():
    return Day.ready().until("processed")


def test_the_kit_that_was_really_used_takes_its_place(day):
    old = Processing.objects.get()

    make.done(mended(day, old, "technician", kit_udi=OTHER))

    new = Processing.objects.get(superseded_at=None)
    assert (new.kit.lot, new.kit.serial) == ("K26B-0009", "T0001")
    assert old.kit.lot != new.kit.lot


def test_either_lot_leads_to_the_episode(day):
    old = Processing.objects.get()
    make.done(mended(day, old, "technician", kit_udi=OTHER))

    for lot in (old.kit.lot, "K26B-0009"):
        [found] = look_back(day.place.clinic.pk, lot)
        assert found.episode_id == day.episode.pk


def test_the_old_kit_stays_used_up_if_it_was_opened(day):
    row = Processing.objects.get()
    make.done(mended(day, row, "technician", kit_udi=OTHER))

    assert not free_for_another(day, row.kit)


def test_the_old_kit_is_free_again_if_nobody_opened_it(day):
    row = Processing.objects.get()
    changes = {"kit_udi": OTHER, "kit_unused": True}
    make.done(mended(day, row, "technician", "nurse", **changes))

    row.kit.refresh_from_db()
    assert row.kit.superseded_at is not None
    assert KitUse.objects.get(superseded_at=None).corrects == row.kit
    assert free_for_another(day, row.kit)


def test_nobody_gives_a_kit_back_alone(day):
    row = Processing.objects.get()

    refused = mended(day, row, "technician", kit_udi=OTHER, kit_unused=True)

    assert codes(refused) == ["kit-unused-alone"]
    assert KitUse.objects.get().superseded_at is None
    assert not free_for_another(day, row.kit)


def test_a_typed_kit_is_corrected_by_two_people():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    typed = {"kit_lot": "K26B-0001", "kit_serial": "S7001"}
    typed |= {"kit_expires_on": "2028-03-31", "kit_udi": ""}
    make.done(day.process(**typed, second="nurse"))
    row = Processing.objects.get()
    other = {**typed, "kit_serial": "S7002"}

    make.done(mended(day, row, "technician", **typed, colour="red"))
    row = Processing.objects.get(superseded_at=None)
    alone = mended(day, row, "technician", **other)
    make.done(mended(day, row, "technician", "nurse", **other))

    assert codes(alone) == ["second-person-missing"]
    assert Processing.objects.get(superseded_at=None).kit.serial == "S7002"


def free_for_another(day, used):
    """True if another patient's product can be made with that kit."""
    other = Day.ready(day.place, on="2026-09-16", centrifuge="CF-02").until("harvested")
    make.done(other.hand_off("H1", "09:34", role="clinician"))
    make.done(other.hand_off("H2", "09:35"))
    outcome = other.process(kit_udi=kit_of(used))
    return isinstance(outcome, Episode)


@pytest.mark.parametrize(
    ("text", "code"),
    [(EXPIRED, "kit-expired"), ("no barcode at all", "kit-unreadable")],
)
def test_a_kit_that_could_not_be_used_is_not_corrected_to(day, text, code):
    refused = mended(day, Processing.objects.get(), "technician", kit_udi=text)

    assert codes(refused) == [code]
    assert Processing.objects.get().superseded_at is None


def test_a_year_too_far_ahead_is_no_expiry_in_a_correction_either(day):
    text = OTHER.replace("(17)280331", "(17)990101")

    refused = mended(day, Processing.objects.get(), "technician", kit_udi=text)

    assert codes(refused) == ["kit-expired"]
    assert "1999" in refused.reasons[0].text
    assert not KitUse.objects.filter(expires_on__year=2099).exists()


def test_a_kit_that_no_maker_dates_so_is_unreadable_in_a_correction(day):
    text = OTHER.replace("(17)280331", "(17)760331")

    refused = mended(day, Processing.objects.get(), "technician", kit_udi=text)

    assert codes(refused) == ["kit-unreadable"]


def test_two_people_settle_a_doubtful_reading_in_a_correction_too(day):
    doubtful = "0109520000000028172803311059012"
    row = Processing.objects.get()

    alone = mended(day, row, "technician", kit_udi=doubtful)

    assert codes(alone) == ["kit-unreadable"]
    assert "two people confirm" in alone.reasons[0].text
    make.done(mended(day, row, "technician", "nurse", kit_udi=doubtful))
    assert Processing.objects.get(superseded_at=None).kit.lot == "59012"


def test_the_same_box_found_expired_is_refused_and_looked_at(day):
    row = Processing.objects.get()
    was = row.kit
    text = f"(01){was.gtin}(17)250331(10){was.lot}(21){was.serial}"

    refused = mended(day, row, "technician", kit_udi=text)

    assert codes(refused) == ["kit-expired"]
    assert KitUse.objects.get() == was
    [task] = Task.objects.filter(kind="correction-review")
    assert task.subject == f"processing:{row.pk}"
    assert "had expired" in task.text


def test_a_kit_of_somebody_else_is_not_corrected_to(day):
    other = Day.ready(day.place, on="2026-09-16", centrifuge="CF-02").until("processed")
    text = kit_of(Processing.objects.get(episode=other.episode).kit)

    refused = mended(
        day,
        Processing.objects.get(episode=day.episode),
        "technician",
        kit_udi=text,
    )

    assert codes(refused) == ["kit-used"]


def test_the_same_kit_typed_again_changes_nothing_of_it(day):
    row = Processing.objects.get()

    make.done(mended(day, row, "technician", colour="red"))

    assert Processing.objects.get(superseded_at=None).kit == row.kit
    assert KitUse.objects.count() == 1


def test_a_correction_to_the_first_kit_is_possible_again(day):
    first = Processing.objects.get()
    make.done(mended(day, first, "technician", kit_udi=OTHER))
    second = Processing.objects.get(superseded_at=None)

    text = kit_of(first.kit)
    make.done(mended(day, second, "technician", kit_udi=text))

    assert Processing.objects.get(superseded_at=None).kit == first.kit


def test_only_another_kit_leaves_the_one_before_unopened(day):
    with pytest.raises(InvalidData, match="another kit"):
        mended(day, Processing.objects.get(), "technician", kit_unused=True)


def test_a_lot_read_wrongly_is_put_right_for_the_same_box(day):
    row = Processing.objects.get()
    was = row.kit
    text = f"(01){was.gtin}(17){was.expires_on:%y%m%d}(10)K26A-0002(21){was.serial}"

    make.done(mended(day, row, "technician", kit_udi=text))

    assert KitUse.objects.get(superseded_at=None).lot == "K26A-0002"
    assert {use.lot for use in look_back(day.place.clinic.pk, was.serial)} == {
        "K26A-0001",
        "K26A-0002",
    }


def test_a_look_back_stays_in_its_clinic(day):
    other = make.site()

    assert not look_back(other.clinic.pk, "K26A-0001")
