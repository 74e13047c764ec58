"""Search inside words, where the server has `pg_trgm` and lets us use it. The embedded PostgreSQL does not have it."""

from django.db import ProgrammingError, migrations, transaction

INDEXES = """
    CREATE INDEX account_name_trigrams ON account USING gin (lower(name) gin_trgm_ops);
    CREATE INDEX permission_name_trigrams ON permission USING gin (lower(name) gin_trgm_ops);
"""


def add(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.fetchone() is None:
            return
        try:
            with transaction.atomic():
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except ProgrammingError:  # this account may not: search by the beginnings of words does without
            return
        cursor.execute(INDEXES)


class Migration(migrations.Migration):
    dependencies = [("store", "0002_directory")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
