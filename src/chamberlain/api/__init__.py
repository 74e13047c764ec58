"""WING. The REST API under /api/v1: tokens, routes by noun, problem documents, and the OpenAPI document of it all.

A request passes `rim` (what is accepted at all), `bearer` (who asks, with which token), then a route, which asks
queries and actions as the browser does. Whatever goes wrong becomes a problem document in `problems`.
"""
