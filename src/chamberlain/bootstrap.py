"""The one composition root: builds the world."""
