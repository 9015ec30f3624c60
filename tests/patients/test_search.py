"""Finding patients in the database: names, dates, numbers; never another clinic's."""

from datetime import date

import pytest

from patients import selectors
from tests.factories import clinics as make
from tests.factories.patients import patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return make.clinic()


@pytest.fixture
def marisol(here):
    """The one looked for, among others who share something with her."""
    for number, name in enumerate(["Marta Vegas", "Marisol Otero", "Pablo Vega"]):
        given_name, family_name = name.split()
        patient(
            here,
            given_name=given_name,
            family_name=family_name,
            birth_date=date(1970, 1, 1 + number),
            phone=f"713 555 011{number}",
        )
    return patient(
        here,
        given_name="Marisol",
        family_name="Testcase-Núñez",
        birth_date=date(1966, 4, 12),
        phone="+1 713 555 0101",
        email="c1@example.org",
        mrn="DEMO-0001",
    )


@pytest.mark.parametrize(
    "typed",
    [
        "testcase-núñez",
        "nunez marisol",
        "MARISOL TESTCASE",
        "mari nun",
        "testcasenunez",
        "1966-04-12",
        "4/12/1966",
        "12.4.1966",
        "April 12, 1966",
        "12 de abril de 1966",
        "19660412",
        "demo-0001",
        "DEMO-0001",
        "0101",
        "555-0101",
        "(713) 555-0101",
        "+17135550101",
        "c1@example.org",
        "marisol 1966-04-12",
        "marisol 0101",
        "  nunez,   0101 ",
    ],
)
def test_a_patient_is_found_by(typed, here, marisol):
    assert list(selectors.search(here.pk, typed)) == [marisol]


@pytest.mark.parametrize(
    "typed",
    [
        "nobody",
        "arisol",
        "marisol 1970-12-31",
        "9999",
        "101",
        "30.02.1966",
        "%",
        "_",
        "' OR 1=1 --",
        "\x00",
        "\ud800",
        "!!!",
        "",
    ],
)
def test_nobody_is_found_by(typed, here, marisol):
    assert list(selectors.search(here.pk, typed)) == []


def test_a_number_given_up_finds_nobody(here, marisol):
    from patients.services import contacts
    from tests.factories.patients import BY, NOW

    contacts.end(patient_id=marisol.pk, system="phone", by=BY, now=NOW)

    assert not selectors.search(here.pk, "713 555 0101").exists()


@pytest.mark.parametrize(
    "typed", ["nunez", "1966-04-12", "DEMO-0001", "0101", "c1@example.org"]
)
def test_another_clinics_patient_never_appears(typed, marisol):
    assert not selectors.search(make.clinic().pk, typed).exists()


def test_everyone_is_listed_by_name(here, marisol):
    names = [p.full_name for p in selectors.patients(here.pk)]

    assert names == [
        "Marisol Otero",
        "Marisol Testcase-Núñez",
        "Pablo Vega",
        "Marta Vegas",
    ]


def test_a_shared_number_finds_all_who_hold_it_at_every_clinic(marisol):
    neighbour = patient(phone="713 555 0101")

    assert set(selectors.holders("+17135550101")) == {marisol, neighbour}
