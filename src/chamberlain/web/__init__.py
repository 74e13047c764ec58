"""WING: the browser. Django views, forms, templates, static files, sign-in."""
