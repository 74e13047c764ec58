"""How each change is sent to Microsoft, and what of the tenant shows that it happened."""
