"""What every answer says to browsers, whatever it is: page, file, error, redirect.

source  https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html (2025)
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from chamberlain.web.gate import GetResponse

POWERS = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "usb",
)
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{power}=()" for power in POWERS),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
TWO_YEARS = 2 * 365 * 24 * 60 * 60
STRICT_TRANSPORT = f"max-age={TWO_YEARS}; includeSubDomains"


class HeadersMiddleware:
    """Outermost, so that nothing leaves without them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Adds what the answer does not say itself. Browsers heed HSTS over TLS only, so the proxy need not tell us."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if settings.SESSION_COOKIE_SECURE:
            response.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        return response
