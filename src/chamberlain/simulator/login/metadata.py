"""OpenID metadata, the key set, and instance discovery.

source  https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc (read 2026)
"""

from typing import Any

from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.signing import SigningKey


def openid_configuration(directory: Directory, tenant: str, origin: str) -> dict[str, Any]:
    """The discovery document of a tenant; `common` and `organizations` give a template as issuer."""
    tenant_id = "{tenantid}" if tenant.lower() in ANY_TENANT else directory.world.base.tenant.id
    here = f"{origin}/{tenant if tenant.lower() in ANY_TENANT else tenant_id}"
    host = origin.partition("://")[2]
    is_official = f"https://{host}" == directory.cloud.login
    graph = directory.cloud.graph.removeprefix("https://") if is_official else host
    return {
        "token_endpoint": f"{here}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{here}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{origin}/{tenant_id}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{origin}/oidc/userinfo",
        "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "preferred_username",
            "name",
            "tid",
            "ver",
            "email",
        ],
        "tenant_region_scope": "EU",
        "cloud_instance_name": host,
        "cloud_graph_host_name": graph,
        "msgraph_host": graph,
    }


def key_set(key: SigningKey, issuer: str) -> dict[str, Any]:
    """The public keys."""
    return {"keys": [key.jwk(issuer)]}


def instance_discovery(origin: str) -> dict[str, Any]:
    """Which hosts belong to this cloud: only this one. MSAL asks before each token."""
    host = origin.partition("://")[2]
    return {
        "tenant_discovery_endpoint": f"{origin}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
