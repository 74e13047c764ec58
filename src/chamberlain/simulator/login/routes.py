"""The identity platform's paths; the first segment names the tenant."""

from chamberlain.simulator.login.authorize import sign_in_answer, sign_in_page
from chamberlain.simulator.login.code import Codes, redeem_code
from chamberlain.simulator.login.consent import Form, consent_answer, consent_page
from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.metadata import instance_discovery, key_set, openid_configuration
from chamberlain.simulator.login.platform import ROOT as PLATFORM
from chamberlain.simulator.login.platform import Platform
from chamberlain.simulator.login.refusal import refuse
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.login.token import token
from chamberlain.simulator.message import Request, Response, json_response

_CONSENT_FORMS = {("adminconsent",): Form.V1, ("v2.0", "adminconsent"): Form.V2}
_CONFIGURATIONS = {(".well-known", "openid-configuration"), ("v2.0", ".well-known", "openid-configuration")}
_KEYS = {("discovery", "keys"), ("discovery", "v2.0", "keys")}


class Login:
    """Answers requests to the identity platform; None for paths that are not its own."""

    def __init__(self, directory: Directory, key: SigningKey, platform: Platform) -> None:
        self._directory = directory
        self._key = key
        self._platform = platform
        self.codes = Codes()

    def respond(self, request: Request) -> Response | None:
        """The answer to a request."""
        if len(request.segments) < 2:
            return None
        if request.segments[0] == PLATFORM:
            return self._platform.respond(request)
        tenant, rest = request.segments[0], request.segments[1:]
        if rest in _CONSENT_FORMS:
            return self._consent(tenant, _CONSENT_FORMS[rest], request)
        if rest == ("oauth2", "v2.0", "authorize"):
            return self._sign_in(tenant, request)
        if rest == ("oauth2", "v2.0", "token"):
            return self._token(tenant, request)
        if rest == ("discovery", "instance"):
            return json_response(200, instance_discovery(request.origin))
        if rest in _CONFIGURATIONS or rest in _KEYS:
            return self._metadata(tenant, rest, request)
        return None

    def _consent(self, tenant: str, form: Form, request: Request) -> Response:
        answer = consent_answer if request.method == "POST" else consent_page
        return answer(self._directory, tenant, form, request)

    def _token(self, tenant: str, request: Request) -> Response:
        if request.form.get("grant_type") == "authorization_code":
            return redeem_code(self._directory, self.codes, self._key, tenant, request)
        return token(self._directory, self._key, self._platform, tenant, request)

    def _sign_in(self, tenant: str, request: Request) -> Response:
        if request.method == "POST":
            return sign_in_answer(self._directory, self.codes, tenant, request)
        return sign_in_page(self._directory, tenant, request)

    def _metadata(self, tenant: str, rest: tuple[str, ...], request: Request) -> Response:
        if tenant.lower() not in ANY_TENANT and (problem := self._directory.tenant_problem(tenant)):
            return refuse(problem, tenant)
        configuration = openid_configuration(self._directory, tenant, request.origin)
        if rest in _KEYS:
            return json_response(200, key_set(self._key, configuration["issuer"]))
        return json_response(200, configuration)
