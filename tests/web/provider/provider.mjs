// Somebody else's OpenID provider: the npm package oidc-provider, certified by the OpenID Foundation, which insists on PKCE.
// Usage: node provider.mjs <folder with node_modules> <redirect URI>; prints its address as JSON.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [, , folder, redirect] = process.argv;
const require = createRequire(`${folder}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const tenant = "5f3c1d5e-0000-4000-8000-00000000aaaa";
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "chamberlain", client_secret: "a secret of the test", redirect_uris: [redirect], token_endpoint_auth_method: "client_secret_post" }],
    pkce: { required: () => true },
    scopes: ["openid", "profile", "email"],
    claims: { openid: ["sub", "oid", "tid"], profile: ["name", "preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    // Whoever types an object id at the built-in page is that person.
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, oid: id, tid: tenant, name: "Ida Independent", preferred_username: "ida@example.com", email: "ida.independent@example.com" }),
    }),
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer, tenant }));
});
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
