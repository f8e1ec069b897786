"""The synthesized deployment, as files and as what they say: what reviews, rehearsals and hand-overs stand on."""
