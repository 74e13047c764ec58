"""The application that the server runs; imported in a process whose world `bootstrap` has opened."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
