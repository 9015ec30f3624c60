"""Closed lists of words that forms offer and tables keep."""

JOINTS = (
    ("knee", "Knee"),
    ("hip", "Hip"),
    ("shoulder", "Shoulder"),
    ("elbow", "Elbow"),
    ("wrist", "Wrist"),
    ("ankle", "Ankle"),
)
LATERALITIES = (("left", "Left"), ("right", "Right"))
STRUCTURES = (
    ("intra_articular", "Inside the joint"),
    ("patellofemoral", "Patellofemoral cartilage"),
    ("supraspinatus_tendon", "Supraspinatus tendon"),
    ("glenohumeral_joint", "Glenohumeral joint"),
    ("subacromial_space", "Subacromial space"),
    ("common_extensor_tendon", "Common extensor tendon"),
    ("common_flexor_tendon", "Common flexor tendon"),
    ("achilles_tendon", "Achilles tendon"),
    ("patellar_tendon", "Patellar tendon"),
    ("gluteal_tendon", "Gluteal tendon"),
    ("medial_collateral_ligament", "Medial collateral ligament"),
    ("anterior_cruciate_ligament", "Anterior cruciate ligament"),
    ("thumb_base", "Thumb base joint"),
    ("subchondral_bone", "Subchondral bone"),
)
HARVEST_SITES = (
    ("posterior_iliac_crest_psis", "Posterior iliac crest (PSIS)"),
    ("anterior_iliac_crest", "Anterior iliac crest"),
    ("proximal_humerus", "Proximal humerus"),
    ("proximal_tibia", "Proximal tibia"),
    ("distal_femur_notch", "Distal femur, notch"),
    ("calcaneus", "Calcaneus"),
)
SEDATION_LEVELS = (
    ("none", "None"),
    ("level_1", "Level I: oral or nitrous oxide"),
    ("level_2", "Level II"),
    ("level_3", "Level III"),
    ("level_4", "Level IV"),
)
DRUG_CLASSES = (
    ("nsaid", "Anti-inflammatory (NSAID)"),
    ("aspirin_low_dose", "Aspirin, low dose"),
    ("anticoagulant", "Anticoagulant"),
    ("antiplatelet", "Antiplatelet (P2Y12)"),
    ("systemic_steroid", "Systemic steroid"),
    ("antibiotic", "Antibiotic"),
    ("immunosuppressant", "Immunosuppressant"),
    ("supplement", "Supplement"),
    ("other", "Other"),
)
ALLERGIES = (
    ("none_known", "None known"),
    ("local_anaesthetic", "Local anaesthetics"),
    ("iodinated_contrast", "Iodinated contrast"),
    ("chlorhexidine", "Chlorhexidine"),
    ("povidone", "Povidone-iodine"),
    ("latex", "Latex"),
    ("heparin", "Heparin (or HIT)"),
    ("citrate", "Citrate"),
    ("adhesive", "Adhesive"),
    ("other", "Other"),
)
CONSENT_TYPES = (
    ("procedure", "Procedure"),
    ("sedation", "Sedation"),
    ("evidence_and_fda_status", "Evidence and regulatory status"),
)
OUTCOMES = (
    ("approved", "Approved"),
    ("approved_with_conditions", "Approved with conditions"),
    ("deferred", "Deferred"),
    ("declined", "Declined"),
)
READINESS_ITEMS = (
    ("consent", "Consent"),
    ("medication_plan", "Medication plan"),
    ("estimate", "Written estimate"),
    ("labs", "Laboratory results"),
)
ITEM_STATES = (("open", "Open"), ("done", "Done"), ("waived", "Waived"))
CUFF_TEARS = (
    ("partial_articular", "Partial, articular side"),
    ("partial_bursal", "Partial, bursal side"),
    ("interstitial", "Interstitial"),
    ("full", "Full thickness"),
)
IMAGING = (
    ("radiograph", "Radiograph"),
    ("mri", "MRI"),
    ("ultrasound", "Ultrasound"),
    ("ct", "CT"),
)
PROMS = (("koos_jr", "KOOS, JR."), ("hoos_jr", "HOOS, JR."), ("sane", "SANE"))
LABS = (
    ("718-7", "Haemoglobin, g/dL"),
    ("777-3", "Platelets, 10*3/uL"),
    ("6690-2", "White cells, 10*3/uL"),
    ("6301-6", "INR"),
    ("4548-4", "HbA1c, %"),
    ("1988-5", "CRP, mg/L"),
    ("4537-7", "ESR, mm/h"),
    ("2160-0", "Creatinine, mg/dL"),
)
ABORT_REASONS = (
    ("dry_tap", "Dry tap"),
    ("insufficient_volume", "Insufficient volume"),
    ("clot", "Clot"),
    ("device_failure", "Device failure"),
    ("label_mismatch", "Label mismatch"),
    ("contamination", "Contamination"),
    ("expired_product", "Expired product"),
    ("patient_intolerance", "Patient intolerance"),
    ("adverse_event", "Adverse event"),
    ("target_infection_suspected", "Infection of the target suspected"),
    ("patient_request", "Patient's wish"),
    ("other", "Other"),
)
CLOSING_OUTCOMES = (
    ("completed", "Completed"),
    ("lost_to_follow_up", "Lost to follow-up"),
    ("converted_to_surgery", "Converted to surgery"),
)
