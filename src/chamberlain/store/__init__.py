"""MEMORY: the only folder that speaks SQL. Django models, migrations, set-based merges, history as intervals."""
