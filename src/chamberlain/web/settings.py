"""Django's settings, derived from ours. `bootstrap.set_up_django()` hands over what is only known at start."""

from pathlib import Path
from typing import Any

from chamberlain.model.cloud import Cloud
from chamberlain.policy.cloud import login_of
from chamberlain.settings import load

_ours = load()
_here = Path(__file__).parent

_login_root = login_of(Cloud(_ours.client_cloud), settings=_ours)

DEBUG = _ours.debug
SECRET_KEY = ""  # set by bootstrap: derived from the installation's key
CHAMBERLAIN_KEYS: Any = None  # set by bootstrap
ALLOWED_HOSTS: list[str] = []  # set by bootstrap from public_url

INSTALLED_APPS = [
    "chamberlain.store",
    "chamberlain.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
]
AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["chamberlain.web.identity.LinkBackend"]

MIDDLEWARE = [
    "chamberlain.web.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chamberlain.web.problems.ProblemMiddleware",
    "chamberlain.web.origin.OriginMiddleware",
    "chamberlain.web.observing.ObservingMiddleware",
    "chamberlain.web.limits.LimitsMiddleware",
    "chamberlain.web.gate.PrivacyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chamberlain.web.sessions.SessionLimitMiddleware",
    "chamberlain.web.gate.GateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "chamberlain.web.urls"
WSGI_APPLICATION = "chamberlain.web.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.postgresql"}}  # set by bootstrap

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # what is translated wholly; a page half in another language is worse than none
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [_here / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = None  # nothing is collected: files are served from where they are installed
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 365 * 24 * 60 * 60  # addresses carry a mark that changes with the file
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _ours.url.startswith("https://")
SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"  # no other host may set one that counts
SESSION_COOKIE_AGE = _ours.session_hours * 60 * 60
SESSION_IDLE_MINUTES = _ours.session_idle_minutes  # read once: reading all settings takes longer than a query
SESSION_ENGINE = "chamberlain.store.session_store"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_NAME = "__Host-csrf" if SESSION_COOKIE_SECURE else "csrf"
CSRF_TRUSTED_ORIGINS = [_ours.url]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # web/limits.py refuses forms that are longer than a quarter of it
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 2
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", _login_root],  # browsers check the redirect to Microsoft after our form, too
    }
}
LOGIN_URL = "/sign-in"
CSRF_FAILURE_VIEW = "chamberlain.web.views.wrong.csrf_failure"
LOGGING_CONFIG = None  # bootstrap sets up logging for every process alike
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
