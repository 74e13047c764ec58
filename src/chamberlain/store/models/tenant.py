"""One Entra / Microsoft 365 organisation."""

from django.db import models

from chamberlain.model.tenant import Tenant


class TenantRow(models.Model):
    """A tenant that is or was connected. Every other table of tenant data begins its keys with its id."""

    id = models.AutoField(primary_key=True)
    guid = models.UUIDField(unique=True)
    slug = models.SlugField(unique=True, max_length=80)
    name = models.TextField()
    domain = models.TextField()
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True)
    leaving_at = models.DateTimeField(null=True)
    leaving_by = models.JSONField(null=True)

    class Meta:
        db_table = "tenant"

    def value(self) -> Tenant:
        """The tenant as the rest of the house knows it."""
        return Tenant(
            id=self.id,
            guid=self.guid,
            slug=self.slug,
            name=self.name,
            domain=self.domain,
            is_leaving=self.leaving_at is not None,
        )
