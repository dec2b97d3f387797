// Everything that a program does with a client whose types are generated: npx tsc, then node made/flow.js URL PAGE OTHER.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./made/api.js";

const [url, page, other] = process.argv.slice(2) as [string, string, string];
const header = { "X-Answerback": "1" } as const;
const email = `${crypto.randomUUID()}@example.org`;
const password = "a loaf of rye bread";
const api = createClient<paths>({ baseUrl: url });

const params = { header };
const registered = await api.POST("/api/user/register/", {
  params,
  body: { site: "demo", email, password, name: "Mina" },
});
assert.ok(registered.data, registered.error?.detail);
const signedIn = await api.POST("/api/user/login/", { params, body: { site: "demo", email, password } });
assert.ok(signedIn.data, signedIn.error?.detail);
const headers = { Authorization: `Bearer ${signedIn.data.token}` };

const posted = await api.POST("/api/comments/", {
  params,
  headers,
  body: { page, body: "Good **bread**.", ask: false, key: crypto.randomUUID() },
});
assert.ok(posted.data, posted.error?.detail);
const comment: components["schemas"]["Comment"] = posted.data.comment;
assert.equal(comment.author.name, "Mina");
assert.equal(comment.html, "<p>Good <strong>bread</strong>.</p>\n");

const question = { page, user_input: "How long does the house loaf rest?", key: crypto.randomUUID() };
const asked = await api.POST("/api/chat/gpt/", { params, headers, body: question });
assert.ok(typeof asked.data === "object", asked.error?.detail); // text only where a stream is asked for
assert.equal(asked.data.count, 1);

const streamed = await api.POST("/api/chat/gpt/", {
  params,
  headers: { ...headers, Accept: "text/event-stream" },
  body: { ...question, key: crypto.randomUUID() },
  parseAs: "text",
});
assert.match(String(streamed.data), /event: answer\.queued[\s\S]*event: answer\.settled/);

const voted = await api.PUT("/api/comments/{id}/vote/", {
  params: { header, path: { id: other } },
  headers,
  body: { value: 1 },
});
assert.equal(voted.data?.votes.up, 1);

const path = { id: comment.id };
const refused = await api.PATCH("/api/comments/{id}/", { params: { header, path }, headers, body: { body: "" } });
const code: components["schemas"]["ErrorCode"] | undefined = refused.error?.code;
assert.equal(code, "validation_failed");

const deleted = await api.DELETE("/api/comments/{id}/", { params: { header, path }, headers, body: {} });
assert.equal(deleted.response.status, 204);
const thread = await api.GET("/api/comments/", { params: { query: { site: "demo", page } } });
assert.ok(thread.data?.comments.every((each) => each.id !== comment.id));
