"""The wizard that repairs a day."""
