"""Template tags: how the values of the model read on a page."""
