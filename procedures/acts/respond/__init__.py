"""The act respond: answers of a patient at a contact."""
