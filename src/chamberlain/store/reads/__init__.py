"""The SELECTs behind `queries`: every one takes the tenant first, and every statement names it."""
