"""The act harvest: draws that add up, and the container they fill."""
