"""Setting a clinic up: resources, hours, closed days and visit types."""
