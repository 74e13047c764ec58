"""WORDS TO PEOPLE: messages through one outbox, handed to a mail server; and where webhooks may go.

Actions `post` in the transaction of what is told; `actions/send_messages.py` sends what is due.
"""
