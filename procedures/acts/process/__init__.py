"""The act process: aspirate made into concentrate."""
