"""The act inject: one target given its part of the product."""
