"""Requests and responses: views, REST endpoints, error pages, the access log."""
