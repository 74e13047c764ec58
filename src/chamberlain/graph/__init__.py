"""THE WIRE: the only folder that speaks HTTP to Microsoft. Transport, tokens, pages, faults; knows no story."""
