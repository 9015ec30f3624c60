"""The set-up of a clinic: resources, hours, closed days, people, policies."""
