"""MEASUREMENTS: `chamberlain bench ...`, one JSON object out."""
