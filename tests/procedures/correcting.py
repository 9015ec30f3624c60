"""Correcting and striking records in tests, by whom and with whom."""

from tests.factories import procedures as make

WHY = "Written on the wrong sheet."


def kit_of(kit):
    """The barcode of a kit on record, as people type it."""
    return f"(01){kit.gtin}(17){kit.expires_on:%y%m%d}(10){kit.lot}(21){kit.serial}"


def processing_of(day, row, **changes):
    """The answers of a processing on record, nothing against it."""
    return {
        "start_at": day.at("09:36"),
        "end_at": day.at("09:52"),
        "centrifuge": "CF-01",
        "kit_udi": kit_of(row.kit),
        "spin_minutes": 14,
        "input_ml": 68,
        "bmc_ml": "7.5",
        "ppp_ml": 20,
        "waste_ml": 40,
        "viability_pct": 95,
        **changes,
    }


def correct(day, kind, row, role="clinician", second="", now="12:00", **values):
    more = {"kit_unused": True} if values.pop("kit_unused", False) else {}
    answers = {
        "record": kind,
        "record_id": str(row.pk),
        "reason": WHY,
        "values": values,
        **more,
    }
    return day.act("correct", answers, now, role, second)


def strike(day, kind, row, role="clinician", second="nurse", now="12:00", **more):
    answers = {"record": kind, "record_id": str(row.pk), "reason": WHY, **more}
    return day.act("enter_in_error", answers, now, role, second)


def struck(day, *wish, **more):
    return make.done(strike(day, *wish, **more))


def answered(day, now):
    answers = {"follow_up": "D1", "nrs": 3, "temperature_c": "36.8"}
    return make.act(day.place, day.episode, "respond", answers, role="nurse", now=now)
