"""Facts that the guards judge by: plain values, read once under the lock."""
