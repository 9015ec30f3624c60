"""What `./run` starts on one machine: PostgreSQL, Valkey, the demo, the tests."""
