"""Products: container ids, kits, scans and volumes."""
