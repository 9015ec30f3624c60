"""The closed lists of words the records of the day are made of."""

Choices = tuple[tuple[str, str], ...]


def words(*names: str) -> Choices:
    """Choices whose label is the code in plain writing."""
    return tuple((name, name.replace("_", " ").capitalize()) for name in names)


IDENTIFIERS: Choices = (("name", "Name"), ("birth_date", "Birth date"), ("mrn", "MRN"))
PREGNANCY_TESTS: Choices = (
    ("not_applicable", "Not applicable"),
    ("sterility_documented", "Sterility documented"),
    ("negative", "Negative today"),
    ("positive", "Positive"),
)
VITALS_PURPOSES = words("check_in", "recovery")
POSITIONS = words("prone", "lateral_decubitus", "supine")
HARVEST_SIDES = words("left", "right", "bilateral")
HARVEST_GUIDANCE: Choices = (
    *words("ultrasound", "fluoroscopy"),
    ("ct", "CT"),
    ("palpation", "Palpation"),
)
HARVEST_NEEDLES = words("trocar", "fenestrated", "closed_tip_side_port")
ANTICOAGULANTS: Choices = (
    ("acd_a", "ACD-A"),
    *words("heparin_sodium", "sodium_citrate", "none"),
)
ANAESTHETICS: Choices = (
    ("lidocaine", "Lidocaine"),
    ("lidocaine_epinephrine", "Lidocaine with epinephrine"),
    ("ropivacaine", "Ropivacaine"),
    ("bupivacaine", "Bupivacaine"),
)

TIME_OUT_ITEMS: Choices = (
    ("identity_confirmed", "Identity: name and birth date or MRN, with the wristband"),
    ("site_and_side_agree", "Site and side: order, consent and mark agree"),
    ("consent_matches", "Consent is signed and matches the procedure"),
    ("position_correct", "Position is correct"),
    ("images_displayed", "Images are displayed and are this patient's"),
    ("allergies_reviewed", "Allergies and medication precautions are reviewed"),
    ("infection_absent", "No sign of infection; antibiotics need is answered"),
    ("equipment_ready", "Equipment is ready, sterile and in date"),
)
TIME_OUT_ITEM_NAMES = tuple(name for name, _ in TIME_OUT_ITEMS)

# Where a container changes hands, in the order of the day.
HAND_OFFS: Choices = (
    ("H1", "H1 Harvest to container"),
    ("H2", "H2 Arrival at the bench"),
    ("H3", "H3 Into the device"),
    ("H4", "H4 Concentrate syringe"),
    ("H5", "H5 Release"),
    ("H6", "H6 Time-out 2"),
    ("H7", "H7 Injection"),
)
SCAN_METHODS: Choices = (
    ("scan", "Scanned"),
    ("manual", "Read aloud, second person"),
)

ALLOWED_MANIPULATIONS = words("centrifugation", "filtration", "volume_reduction")
HELD_MANIPULATIONS = words(
    "enzymatic_digestion",
    "culture_expansion",
    "cell_selection",
    "cryopreservation",
    "off_site_processing",
)
MANIPULATIONS = ALLOWED_MANIPULATIONS + HELD_MANIPULATIONS
ALLOWED_ADDITIVES = words(
    "saline", "other_crystalloid", "sterile_water", "preserving_agent", "autologous_ppp"
)
HELD_ADDITIVES = words(
    "autologous_prp",
    "enzyme",
    "culture_medium",
    "hyaluronic_acid",
    "allograft",
    "exosome",
    "drug",
    "other",
)
ADDITIVES = ALLOWED_ADDITIVES + HELD_ADDITIVES
NOT_DONE_REASONS: Choices = (
    ("patient_refused", "The patient does not want it"),
    ("not_tolerated", "Not tolerated"),
    ("no_access", "The needle does not reach it"),
    ("insufficient_product", "Not enough concentrate"),
    ("infection_suspected", "Infection of the target suspected"),
    ("equipment", "Equipment"),
    ("other", "Other"),
)
DISPOSITIONS = words("qc_retained", "discarded")

INJECTION_GUIDANCE: Choices = (
    ("ultrasound_in_plane", "Ultrasound, in plane"),
    ("ultrasound_out_of_plane", "Ultrasound, out of plane"),
    ("fluoroscopy", "Fluoroscopy"),
    ("combined", "Ultrasound and fluoroscopy"),
)
EFFUSION_APPEARANCES = words("none", "clear", "blood_stained", "cloudy", "purulent")
SEPTIC_APPEARANCES = frozenset({"cloudy", "purulent"})

DISCHARGE_CHECKS: Choices = (
    ("harvest_site_dry", "Harvest site is dry"),
    ("neurovascular_intact", "Feeling and circulation are intact at both sites"),
    ("walked", "Walked, with the planned aid"),
    ("teach_back", "Patient has said the instructions back"),
    ("emergency_number_given", "Emergency number given"),
)
DISCHARGE_CHECK_NAMES = tuple(name for name, _ in DISCHARGE_CHECKS)
WEIGHT_BEARING = words("as_tolerated", "partial", "none")
AIDS = words("none", "cane", "crutches", "brace", "sling")
MINIMUM_STAY_MINUTES = {"none": 15, "level_1": 30}
MINIMUM_STAY_SEDATED_MINUTES = 60

# Allowed CTCAE grades per term; presyncope is always 2 and syncope always 3.
ADVERSE_EVENT_GRADES: dict[str, tuple[int, ...]] = {
    "pain_harvest_site": (1, 2, 3),
    "pain_target": (1, 2, 3),
    "joint_effusion": (1, 2, 3),
    "joint_infection": (2, 3, 4, 5),
    "wound_infection": (1, 2, 3, 4, 5),
    "hematoma": (1, 2, 3, 4, 5),
    "bruising": (1, 2),
    "presyncope": (2,),
    "syncope": (3,),
    "allergic_reaction": (1, 2, 3, 4, 5),
    "anaphylaxis": (3, 4, 5),
    "thromboembolic_event": (1, 2, 3, 4, 5),
    "fever": (1, 2, 3, 4, 5),
    "paresthesia": (1, 2, 3),
    "fracture": (1, 2, 3, 4, 5),
    "bleeding": (1, 2, 3, 4, 5),
    "contrast_reaction": (1, 2, 3, 4, 5),
    "medication_error": (1, 2, 3, 4, 5),
    "wrong_site_or_product": (1, 2, 3, 4, 5),
    "device_malfunction": (1, 2, 3, 4, 5),
    "other": (1, 2, 3, 4, 5),
}
ADVERSE_EVENT_TERMS = words(*ADVERSE_EVENT_GRADES)
ADVERSE_EVENT_PLACES = words("harvest_site", "target", "systemic", "other")
SERIOUSNESS = words(
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "intervention_required",
)
RELATEDNESS = words("unrelated", "unlikely", "possible", "probable", "definite")
ADVERSE_EVENT_OUTCOMES = words(
    "ongoing", "recovering", "recovered", "recovered_with_sequelae", "fatal", "unknown"
)

SWELLING = words("none", "mild", "severe")


def minimum_stay_minutes(sedation: str) -> int:
    """Return the minutes to stay after the last injection, by sedation."""
    return MINIMUM_STAY_MINUTES.get(sedation, MINIMUM_STAY_SEDATED_MINUTES)
