"""The finder of openings, and the reasons it gives where there is none."""
