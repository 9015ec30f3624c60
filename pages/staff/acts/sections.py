"""Sections of the longer acts on the page: titles, and the order of questions.

What an act asks beyond these comes last; an act that is not here has one section.
"""

Sections = tuple[tuple[str, tuple[str, ...]], ...]

_VITALS = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_pct",
    "temperature_c",
    "respiratory_rate_per_min",
    "nrs",
    "glucose_mg_dl",
)
SECTIONS: dict[str, Sections] = {
    "evaluate": (
        ("Findings at each target", ("findings",)),
        (
            "Complaint",
            (
                "symptom_months",
                "conservative_weeks",
                "nrs",
                "prom_instrument",
                "prom_items",
                "history",
            ),
        ),
        ("Body", ("height_cm", "weight_kg", "temperature_c", "asa_class")),
        (
            "Risks",
            (
                "active_infection",
                "infection_site",
                "antibiotics_until",
                "pregnant",
                "allergies",
            ),
        ),
        ("Medication", ("medications",)),
        ("Laboratory", ("labs",)),
    ),
    "decide": (
        ("What is decided, and why", ("outcome", "rationale")),
        ("Only if it applies", ("conditions", "reevaluate_on")),
    ),
    "consent": (
        ("What is agreed", ("consent_type", "language", "interpreter_id")),
        ("Scope", ("targets", "harvest_sites", "sedation", "proceduralist")),
        ("Document", ("document_id", "document_version", "document_sha256")),
        ("Who agrees", ("signer_name", "signer_relation")),
        ("Taking a consent back", ("revoke", "reason")),
    ),
    "check_in": (
        ("Arrival and identity", ("arrived_at", "identifiers")),
        ("Vital signs", _VITALS),
        (
            "Fit for today",
            ("infection_signs", "pregnancy_test", "pregnancy_test_at"),
        ),
        ("Drugs", ("medication_since", "last_doses")),
        ("Conditions of the approval", ("conditions_met",)),
        ("Marks on the patient", ("site_marks",)),
        ("With sedation only", ("driver_name", "driver_phone", "fasting_since")),
        ("If something stops the day", ("clearance_reason",)),
    ),
    "time_out": (
        (
            "The team confirms aloud",
            (
                "identity_confirmed",
                "site_and_side_agree",
                "consent_matches",
                "position_correct",
                "images_displayed",
                "allergies_reviewed",
                "infection_absent",
                "equipment_ready",
                "conditions_met",
                "allergy_precautions",
            ),
        ),
        ("Scans", ("patient_scan", "product_scan", "device")),
        ("Marks on the patient", ("site_marks",)),
        ("Place", ("room",)),
    ),
    "harvest": (
        ("Times", ("start_at", "first_aliquot_at", "end_at")),
        (
            "Site and needle",
            (
                "position",
                "site",
                "side",
                "guidance",
                "sedation",
                "needle_type",
                "needle_gauge",
                "needle_length_mm",
                "needle_lot",
                "needle_expires_on",
            ),
        ),
        ("Local anaesthesia", ("anaesthetics",)),
        (
            "Anticoagulant",
            (
                "anticoagulant",
                "anticoagulant_ml",
                "heparin_units_per_ml",
                "anticoagulant_lot",
                "anticoagulant_expires_on",
            ),
        ),
        ("Draws", ("aliquots_ml", "syringe_ml", "note")),
    ),
    "hand_off": (
        ("Hand-off", ("kind", "method")),
        (
            "Scans",
            ("patient_scan", "container_scan", "device", "labelled_in_presence"),
        ),
        ("Resolving a mismatch", ("resolution",)),
    ),
    "process": (
        ("Device", ("start_at", "end_at", "centrifuge", "kit_udi", "program")),
        (
            "If the kit's barcode cannot be read",
            ("kit_gtin", "kit_lot", "kit_serial", "kit_expires_on"),
        ),
        ("Spin", ("spin_minutes", "spin_g", "spin_rpm", "filter_um")),
        ("Volumes", ("input_ml", "bmc_ml", "ppp_ml", "waste_ml", "qc_retained_ml")),
        ("What was done to it", ("manipulations", "additives")),
        (
            "Quality",
            (
                "tnc_e6_per_ml",
                "viability_pct",
                "hct_pct",
                "plt_e3_per_ul",
                "wbc_e3_per_ul",
                "clots",
                "leak",
                "colour",
                "note",
            ),
        ),
    ),
    "inject": (
        (
            "Target and scans",
            ("target", "laterality", "patient_scan", "product_scan", "device"),
        ),
        ("Times", ("start_at", "end_at")),
        (
            "Injection",
            (
                "guidance",
                "approach",
                "needle_gauge",
                "needle_length_mm",
                "volume_ml",
                "images_stored",
            ),
        ),
        ("Effusion", ("effusion_aspirated_ml", "effusion_appearance")),
        (
            "Contrast and anaesthetic",
            ("contrast_agent", "contrast_ml", "anaesthetic_agent", "anaesthetic_ml"),
        ),
        ("Fluoroscopy", ("fluoro_minutes", "air_kerma_mgy")),
    ),
    "discharge": (
        ("Vital signs during recovery", ("vitals",)),
        (
            "Checks",
            (
                "harvest_site_dry",
                "neurovascular_intact",
                "walked",
                "teach_back",
                "emergency_number_given",
                "recovery_score",
            ),
        ),
        (
            "Going home",
            (
                "weight_bearing",
                "aid",
                "escort_name",
                "instructions_version",
                "instructions_language",
            ),
        ),
        ("What is left of the concentrate", ("discarded_ml",)),
    ),
    "adverse_event": (
        ("What happened", ("term", "grade", "onset_at", "place", "description")),
        (
            "Judgement",
            ("serious_because", "relatedness", "expected", "outcome"),
        ),
    ),
    "respond": (
        ("Which contact", ("follow_up", "language")),
        (
            "What the patient tells",
            (
                "nrs",
                "temperature_c",
                "swelling",
                "bears_weight",
                "warning_signs",
                "note",
            ),
        ),
    ),
}
