"""The JSON shape of each type: property by property, each computed only when it is asked for."""
