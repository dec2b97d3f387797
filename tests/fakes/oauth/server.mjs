// Stands in for Kakao or GitHub over real HTTP, with their paths and shapes.
//
//   node server.mjs <kakao|github> <strict|odd>      prints its address, ends when its input ends
//
// `strict` is oidc-provider, which refuses what is not as it should be; `odd` is oauth2-mock-server, which is bent as
// the tests want. Control (JSON over the same port), all optional:
//   POST /control   {redirect_uri, user: {id, name, login, email, verified, picture}, deny,
//                    claims: {…into the ID token}, header: {…}, id_token: text, token: {status, body},
//                    fail: {path: "500" | "hang" | "garbage" | "huge"}, profile: {…instead of the user's},
//                    rotate: true (new keys), opener_policy: text (of every page of its own)}
//   GET  /control   {requests: [{method, path, body}]}
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { OAuth2Server } from "oauth2-mock-server";
import Provider from "oidc-provider";

const [kind, manner] = process.argv.slice(2);
const client = { id: "test-client", secret: "test-secret-of-thirty-two-letters" };
const PATHS = {
  kakao: { authorize: "/oauth/authorize", token: "/oauth/token", jwks: "/.well-known/jwks.json" },
  github: { authorize: "/login/oauth/authorize", token: "/login/oauth/access_token", jwks: "/jwks" },
}[kind];
const fresh = () => ({
  user: { id: 4000000000000000001n.toString(), name: "Mina", login: "mina", email: "mina@example.com", verified: true },
});
let control = fresh();
let requests = [];
let url = "";
let serve = (_request, response) => response.writeHead(503).end();
let odd;

async function strict(redirectUri) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(url, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: "client_secret_post",
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    routes: { authorization: PATHS.authorize, token: PATHS.token, jwks: PATHS.jwks },
    scopes: ["openid", "profile_nickname", "profile_image", "read:user", "user:email"],
    claims: { openid: ["sub"], profile_nickname: ["nickname"], profile_image: ["picture"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    conformIdTokenClaims: false,
    cookies: { keys: ["stand-in"] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: `key-${Date.now()}`, use: "sig", alg: "RS256" }] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, nickname: control.user.name }) }),
  });
  const callback = provider.callback();
  serve = async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (control.deny) return provider.interactionFinished(request, response, { error: "access_denied" });
    if (prompt.name === "login") {
      return provider.interactionFinished(request, response, { login: { accountId: String(control.user.id) } });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  };
  return async (token) => (await provider.AccessToken.find(token)) !== undefined;
}

async function bent() {
  odd = new OAuth2Server(undefined, undefined, {
    endpoints: { authorize: PATHS.authorize, token: PATHS.token, jwks: PATHS.jwks },
  });
  odd.issuer.url = url;
  await odd.issuer.keys.generate("RS256");
  odd.service.on("beforeTokenSigning", (token) => {
    token.payload.sub = String(control.user.id);
    Object.assign(token.payload, control.claims);
    Object.assign(token.header, control.header);
  });
  odd.service.on("beforeResponse", (answer) => {
    if (control.id_token !== undefined) answer.body.id_token = control.id_token;
    if (control.token) Object.assign(answer, { statusCode: control.token.status, body: control.token.body });
  });
  odd.service.on("beforeAuthorizeRedirect", ({ url: back }) => {
    if (control.deny) back.searchParams.set("error", "access_denied");
    if (control.back) for (const [name, value] of Object.entries(control.back)) back.searchParams.set(name, value);
  });
  serve = odd.service.requestHandler;
  return async () => true;
}

function profile(path) {
  const { user } = control;
  if (control.profile) return control.profile;
  if (path === "/user") return { id: Number(user.id), login: user.login, name: user.name ?? null, avatar_url: user.picture ?? "" };
  if (path === "/user/emails") {
    return user.email ? [{ email: user.email, primary: true, verified: user.verified }] : [];
  }
  const known = { nickname: user.name, thumbnail_image_url: user.picture, is_default_image: !user.picture };
  return {
    id: "@id@",
    kakao_account: {
      profile_nickname_needs_agreement: !user.name,
      ...(user.name || user.picture ? { profile: known } : {}),
      email_needs_agreement: !user.email,
      ...(user.email ? { email: user.email, is_email_valid: true, is_email_verified: user.verified } : {}),
    },
  };
}

function fail(how, response) {
  if (how === "hang") return;
  if (how === "500") return response.writeHead(500, { "content-type": "text/html" }).end("<h1>secret failure</h1>");
  if (how === "huge") {
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(`{"access_token":"${"x".repeat(2_000_000)}"}`);
  }
  response.writeHead(200, { "content-type": "application/json" }).end("{not json at all");
}

function picture(path, response) {
  const PNG = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const kinds = {
    "/pictures/good": ["image/png", PNG],
    "/pictures/html": ["image/png", "<!doctype html><script>alert(1)</script>"],
    "/pictures/svg": ["image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    "/pictures/typed": ["text/html", PNG],
    "/pictures/huge": ["image/png", Buffer.concat([PNG, Buffer.alloc(600_000)])],
  };
  if (path === "/pictures/away") return response.writeHead(302, { location: control.away }).end();
  if (!kinds[path]) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": kinds[path][0] }).end(kinds[path][1]);
}

let knows = async () => false;
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://x");
  if (pathname === "/control" && request.method === "GET") return response.end(JSON.stringify({ requests }));
  if (pathname === "/control") {
    let text = "";
    for await (const part of request) text += part;
    const wanted = JSON.parse(text);
    requests = [];
    control = { ...fresh(), ...wanted, user: { ...fresh().user, ...wanted.user } };
    if (wanted.redirect_uri) knows = manner === "strict" ? await strict(wanted.redirect_uri) : await bent();
    if (wanted.rotate) await odd.issuer.keys.generate("RS256", { kid: "rotated" });
    return response.end("{}");
  }
  if (control.opener_policy) response.setHeader("Cross-Origin-Opener-Policy", control.opener_policy);
  requests.push({ method: request.method, path: request.url });
  if (control.fail?.[pathname]) return fail(control.fail[pathname], response);
  if (pathname.startsWith("/pictures/")) return picture(pathname, response);
  if (["/v2/user/me", "/user", "/user/emails"].includes(pathname)) {
    const token = (request.headers.authorization ?? "").replace(/^bearer /i, "");
    if (!token || !(await knows(token))) return response.writeHead(401).end('{"message":"Bad credentials"}');
    response.writeHead(200, { "content-type": "application/json" });
    // A number of 64 bits, as Kakao sends it: JSON.stringify cannot write it.
    return response.end(JSON.stringify(profile(pathname)).replace('"@id@"', String(control.user.id)));
  }
  return serve(request, response);
});
server.listen(0, "127.0.0.1", () => {
  url = `http://127.0.0.1:${server.address().port}`;
  console.log(url);
});
process.stdin.resume().on("end", () => process.exit(0));
