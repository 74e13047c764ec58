"""Attempts that are limited."""

from django.db import models


class RateRow(models.Model):
    """Of one key, when its allowance will be whole again. Unlogged: a crash of the database forgives everybody."""

    key = models.TextField(primary_key=True)
    whole_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "rate_limit"
