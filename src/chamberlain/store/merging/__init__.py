"""The set-based statements of `store/merge.py`, split by thought; nobody else runs them.

Families: 1 group, 2 role, 3 licence, 4 app role, 5 service plan. Relations: 1 member, 2 owner, 3 assigned, 4 eligible.
"""
