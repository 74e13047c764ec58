"""Chamberlain: access governance for Microsoft 365.

Graph -> sync -> store -> policy -> plan -> provision -> proof -> audit: the folders are the words of that sentence."""
