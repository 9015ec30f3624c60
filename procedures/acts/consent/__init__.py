"""The act consent: signed, or taken back."""
