"""The main job, walked over HTTP as its users would."""
