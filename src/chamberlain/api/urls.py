"""Every address of the API, below /api/v1/."""

from django.urls import URLPattern, path, re_path

from chamberlain.api.house import api
from chamberlain.api.rim import guarded, nothing_here


def _guarded(pattern: URLPattern) -> URLPattern:
    return URLPattern(pattern.pattern, guarded(pattern.callback), pattern.default_args, pattern.name)


_routes, _kind, _namespace = api.urls

urlpatterns = [
    *(_guarded(pattern) for pattern in _routes if isinstance(pattern, URLPattern) and pattern.name != "api-root"),
    path("", nothing_here, name="root"),
    re_path(r"^.*$", nothing_here, name="nothing_here"),
]
