"""An enquiry of the public form."""
