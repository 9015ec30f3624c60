"""The demo clinic: who works there, its rooms and machines, its hours."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING

from clinics import selectors
from clinics.domain.presence import Proof
from clinics.services import api_keys, clinics, users
from core.actor import Actor, job
from notifications.services import reviews
from scheduling.setup import services as setup

if TYPE_CHECKING:
    from clinics.models import Clinic, Membership

PASSWORD = "walk-the-crest-path"  # noqa: S105  (the demo's, printed at its start)
SLUG = "bayou"
# key, name, role
STAFF = (
    ("coordinator", "Maria Delgado", "coordinator"),
    ("clinician", "Dr. Alma Rivera", "clinician"),
    ("clinician2", "Dr. Ben Chen", "clinician"),
    ("nurse", "Joy Adeyemi", "nurse"),
    ("technician", "Thu Nguyen", "technician"),
    ("technician2", "Miriam Okafor", "technician"),
    ("director", "Dr. Helen Park", "medical_director"),
    ("admin", "Sam Ortiz", "admin"),
    ("auditor", "Lena Fischer", "auditor"),
)
RESOURCES = (
    ("preop_bay", "Pre-op 1", "Pre-op 2"),
    ("procedure_room", "Procedure room 1", "Procedure room 2"),
    ("recovery_bay", "Recovery 1", "Recovery 2", "Recovery 3"),
    ("consult_room", "Consult 1", "Consult 2"),
    ("clinician", "Dr. Rivera", "Dr. Chen"),
    ("nurse", "J. Adeyemi"),
    ("technician", "T. Nguyen", "M. Okafor"),
    ("centrifuge", "CF-01", "CF-02"),
    ("ultrasound", "Ultrasound 1", "Ultrasound 2"),
    ("c_arm", "C-arm"),
)
OPEN = {weekday: [(time(7, 30), time(17, 30))] for weekday in range(5)}


@dataclass(slots=True)
class DemoClinic:
    """The clinic the demo plays in, and everybody who works there."""

    clinic: "Clinic"
    members: dict[str, "Membership"] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        return selectors.actor_for(self.members[who])

    def proof(self, who: str, at: datetime, meaning: str = "") -> Proof:
        """Presence as the replay vouches for it."""
        actor = self.actor(who)
        return Proof(
            user_id=int(actor.id),
            name=actor.name,
            role=actor.role,
            clinic_id=self.clinic.pk,
            method="replay",
            at=at,
            meaning=meaning,
        )


def email(who: str) -> str:
    return f"{who}@example.org"


def open_clinic(*, now: datetime, password: str = PASSWORD) -> DemoClinic:
    """The clinic with its staff, resources, hours and visit types."""
    by = job("seed_demo")
    clinic = clinics.create_clinic(
        name="Bayou Joint Clinic",
        short_name="Bayou Joint Clinic",
        slug=SLUG,
        time_zone="America/Chicago",
        phone="+17135550190",
        address="1200 Bayou Bend, Houston, Texas",
        by=by,
        now=now,
    )
    world = DemoClinic(clinic)
    for number, (who, name, role) in enumerate(STAFF):
        world.members[who] = users.create_user(
            email=email(who),
            display_name=name,
            role=role,
            clinic_id=clinic.pk,
            password=password,
            phone=f"+171355501{70 + number}",
            by=by,
            now=now,
        )
    _equip(world, by, now)
    return world


def _equip(world: DemoClinic, by: Actor, now: datetime) -> None:
    clinic = world.clinic
    setup.ship_visit_types(clinic=clinic, by=by, now=now)
    setup.set_hours(clinic_id=clinic.pk, hours=OPEN, by=by, now=now)
    for kind, *names in RESOURCES:
        for name in names:
            setup.add_resource(
                clinic_id=clinic.pk, kind=kind, name=name, by=by, now=now
            )
    on_call = [world.members[w].user_id for w in ("clinician", "clinician2")]
    reviews.approve(clinic_id=clinic.pk, language="es", by=by, now=now)
    clinics.set_on_call(clinic_id=clinic.pk, user_ids=on_call, by=by, now=now)


def existing() -> DemoClinic | None:
    """The clinic of an earlier seeding."""
    clinic = selectors.clinic_by_slug(SLUG)
    if clinic is None:
        return None
    known = {m.user.email: m for m in selectors.staff(clinic)}
    present = {who: known[email(who)] for who, *_ in STAFF if email(who) in known}
    return DemoClinic(clinic, present)


def give_keys(world: DemoClinic, *, now: datetime) -> dict[str, str]:
    """A new API key for everybody: who to token, shown once."""
    by = job("seed_demo", world.clinic.pk)
    return {
        who: api_keys.issue(membership_id=member.pk, name="demo", by=by, now=now).token
        for who, member in world.members.items()
    }
