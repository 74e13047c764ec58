"""What Graph lets an application change: one module for each kind of object that is written to."""
