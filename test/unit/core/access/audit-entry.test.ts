import {
  auditCallerOf,
  auditEntryIn,
  auditEntryOf,
  auditIdPattern,
  differing,
  firstAuditId,
  timeOfAuditId,
} from "../../../../lambdas/core/access/audit-entry.ts";
import { allScopes } from "../../../../lambdas/core/access/scopes.ts";
import { canonicalJson } from "../../../../lambdas/core/kernel/canonical-json.ts";
import { noon } from "../../../support/builders.ts";

const change = { action: "job.cancel", target: "job_1" } as const;

test("ids sort by time and name it", () => {
  const [first, second] = [noon, noon + 1].map((at) => auditEntryOf({ actor: "k:" }, change, at).id) as [
    string,
    string,
  ];
  expect(first < second).toBe(true);
  expect(first >= firstAuditId(noon)).toBe(true);
  expect(first < firstAuditId(noon + 1)).toBe(true);
  expect(timeOfAuditId(first)).toBe(noon);
  expect(first).toMatch(auditIdPattern);
  expect(firstAuditId(noon)).toMatch(auditIdPattern);
});

test("a caller is known by its key, name and person, and by what it might do", () => {
  const person = { issuer: "https://login.example.com", sub: "7", email: "ada@example.com" };
  const request = { id: "req-1", caller: "0123456789abcdef", name: "ada@example.com", person, scopes: allScopes };
  expect(auditEntryOf(auditCallerOf(request), change, noon)).toMatchObject({
    ...{ actor: "k:0123456789abcdef", name: "ada@example.com", person, role: "admin", request_id: "req-1", at: noon },
    ...change,
  });
  const reader = { ...request, caller: "AIDA", scopes: { ...allScopes, verbs: ["jobs:write" as const] } };
  const entry = auditEntryOf(auditCallerOf(reader), change, noon);
  expect(entry).toMatchObject({ actor: "i:AIDA", verbs: ["jobs:write"] });
  expect(entry).not.toHaveProperty("role");
  expect(auditCallerOf({ id: "r", caller: "deployed", scopes: allScopes })).toMatchObject({ actor: "k:" });
});

test("only fields that differ are kept", () => {
  const before = { status: "queued", due_at: 1, gone: true, repeat: { every: 5 } };
  expect(differing(before, { status: "queued", due_at: 2, come: 1, repeat: { every: 6 } })).toEqual({
    before: { due_at: 1, gone: true, repeat: { every: 5 } },
    after: { due_at: 2, come: 1, repeat: { every: 6 } },
  });
});

test("an entry has one text, whatever the order of its fields, and survives it", () => {
  const entry = auditEntryOf(
    { actor: "k:", name: "\u202e\u0000é" },
    { ...change, after: { b: 1, a: [{ d: 1, c: 2 }] } },
    noon,
  );
  const text = canonicalJson(entry);
  expect(text).toBe(canonicalJson(Object.fromEntries(Object.entries(entry).reverse())));
  expect(text).toContain('"after":{"a":[{"c":2,"d":1}],"b":1}');
  expect(auditEntryIn(JSON.parse(text))).toEqual(entry);
});

test.each([null, [], "text", {}, { id: "aud_1", at: "today" }])("%j is no entry", (value) => {
  expect(auditEntryIn(value)).toBeUndefined();
});
