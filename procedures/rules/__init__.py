"""Rules of medicine: candidacy, stops, vital signs and ICD-10 codes."""
