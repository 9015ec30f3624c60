"""Programs behind `./run`: PostgreSQL, Valkey, the demo, the tests."""
