"""STORIES that outlive a process; they call actions."""
