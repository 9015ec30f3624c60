"""The class of a drug by its name: English, Spanish, trade names, and local forms."""

import pytest

from procedures.rules.drug_names import classes_of, is_fluoroquinolone

NAMES = {
    "anticoagulant": (
        "apixaban|Apixabán|rivaroxabán|dabigatrán|Dabigatran etexilate|enoxaparina"
        "|enoxaparin 40 mg|warfarina|acenocumarol|heparin|Eliquis|Xarelto|Pradaxa"
        "|Coumadin|LOVENOX|apixaban ear|apixaban, eye drops"
        "|apixaban and tobramycin eye drops|Apixaba\u0301n"
    ),
    "antiplatelet": "clopidogrel|prasugrel|ticagrelor|ticlopidina|Plavix|Brilinta",
    "systemic_steroid": (
        "prednisone|prednisona|metilprednisolona|dexametasona|hidrocortisona"
        "|budesonide|budesonida|deflazacort|Medrol dose pack|Deltasone"
        "|Prednisone, ear infection|prednisone for an eye|prednisone 10 mg, eye drops"
        "|prednisone and hydrocortisone cream|Prednisone, hydrocortisone cream"
        "|prednisone 5 mg and hydrocortisone cream"
    ),
    "nsaid": (
        "ibuprofen|ibuprofeno|ibuprofène|diclofenaco|ketorolaco|meloxicam|celecoxib"
        "|naproxeno|indometacina|Advil|Advil Liqui-Gel|ibuprofen gel caps|Motrin|Aleve"
        "|Celebrex|Mobic|naproxen after a nose bleed|ibuprofen, eye patch worn"
    ),
    "antibiotic": (
        "amoxicillin|amoxicilina|penicilina|cefalexina|azitromicina|clindamicina"
        "|doxiciclina|doxycycline|ciprofloxacina|ciprofloxacino|levofloxacino|rifampin"
        "|rifampicina|metronidazol|trimetoprima/sulfametoxazol|Augmentin|Zithromax"
        "|Keflex|amoxicillin (ear infection)"
    ),
    "immunosuppressant": (
        "methotrexate|metotrexato|azatioprina|ciclosporina|micofenolato|leflunomida"
        "|ciclofosfamida|tofacitinib|adalimumab|Humira|Trexall|CellCept"
    ),
}
LOCAL = (
    "hydrocortisone cream|betamethasone ointment|diclofenac gel|diclofenac 1 %, gel"
    "|Diclofenac 2,3 % gel|ofloxacin ear drops|prednisolone eye drops|crema de"
    " hidrocortisona|dexametasona gotas|budesonide inhaler|budesonide nasal spray"
    "|tobramycin and dexamethasone eye drops|ciprofloxacin drops for the ear"
    "|ungüento de betametasona|diclofenac skin patch"
    "|ciprofloxacino ótico|Voltaren Emulgel"
)


@pytest.mark.parametrize(
    ("name", "drug_class"),
    [(name, c) for c, names in NAMES.items() for name in names.split("|")],
)
def test_the_name_says_its_class(name, drug_class):
    assert classes_of(name) == {drug_class}


@pytest.mark.parametrize("name", LOCAL.split("|"))
def test_a_drug_in_a_local_form_is_of_no_class(name):
    assert not classes_of(name)


@pytest.mark.parametrize(
    "name",
    [
        "lisinopril",
        "metformina",
        "gabapentina",
        "baclofeno",
        "insulina",
        "vitamin D",
        "omeprazol",
        "amlodipino",
        "losartán",
        "levothyroxine",
        "doxazosin",
        "atorvastatina",
        "sertralina",
    ],
)
def test_another_drug_is_of_no_class(name):
    assert not classes_of(name)


@pytest.mark.parametrize("name", ["Ciprofloxacino", "levofloxacina", "Avelox", "cipro"])
def test_a_fluoroquinolone_is_known_in_spanish_too(name):
    assert is_fluoroquinolone(name)
    assert not is_fluoroquinolone("amoxicilina")
