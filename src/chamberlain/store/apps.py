"""Django's name for the store."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Models and migrations of everything we remember."""

    name = "chamberlain.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
