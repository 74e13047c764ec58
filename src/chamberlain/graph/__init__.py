"""THE WIRE: the only folder that speaks HTTP to Microsoft. Transport, tokens, pages, faults; knows no story.

`open_graph` gives a `Graph`: an authenticated, counted, retrying GET. `pages` walks a collection to its end or raises.
Shapes of what comes back are msgspec structs in `shape.py`. Kinds and sync may import this folder.
"""
