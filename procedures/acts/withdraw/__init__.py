"""The act withdraw: the patient does not want to go on."""
