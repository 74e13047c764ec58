"""ISLAND: a simulated Microsoft identity platform and Graph, in a process of its own.

`world` is the tenant (base, overlay, change log, truth), `login` the identity platform, `graph` the reads of Graph
v1.0,
`wire` the HTTP server beneath them. Imports nothing of the product; only the command line starts it."""
