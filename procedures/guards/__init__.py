"""Guards that several acts share: stops, rules of the day, consent, time-outs."""
