"""What tests of offers do: answer them, run the jobs, and look."""

from scheduling.booking import holds
from scheduling.waitlist import acceptance, ends, freed_openings
from scheduling.waitlist import selectors as waitlist
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY
from tests.factories.waitlist import offer_of


def accept(entry, now=NOW):
    return acceptance.accept(offer_id=offer_of(entry).pk, by=BY, now=now)


def decline(entry, now=NOW):
    return acceptance.decline(offer_id=offer_of(entry).pk, by=BY, now=now)


def run_jobs(now=NOW):
    holds.release_expired_holds(by=BY, now=now)
    ends.close_offer_batches(by=BY, now=now)
    ends.announce_offers(by=BY, now=now)
    freed_openings.settle(by=BY, now=now)


def states(*entries):
    return [offer_of(entry).state for entry in entries]


def history(entry):
    return [line.name for line in waitlist.history(entry.pk)]
