"""The journal and the access log."""
