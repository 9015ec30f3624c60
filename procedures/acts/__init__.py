"""Acts on an episode: one folder an act, their registry and the one way in."""
