"""What each family of paths answers."""
