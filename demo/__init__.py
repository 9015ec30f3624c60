"""A clinic of invented patients, and a walk of the whole product over HTTP."""
