"""Pages behind a patient's link: no account, no JavaScript, one thing per page."""
