"""Delta functions: what is there, and what has changed since.

source  https://learn.microsoft.com/graph/delta-query-overview, -users and -groups (read 2026)"""
