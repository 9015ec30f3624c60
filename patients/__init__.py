"""Who is cared for: patients, how to reach them, and what is still to do."""
