"""What a plan is made of, decided from plain values.

What bars a change, what it brings about besides, in which order, who has to agree, what proves it, what puts it back.
"""
