"""Fields of an act: read, checked, drawn as forms and as JSON Schema."""
