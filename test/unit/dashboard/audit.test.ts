import {
  aboutActor,
  actionName,
  actionNames,
  changedFields,
  isTime,
  whoOf,
} from "../../../dashboard/src/pages/audit/words.ts";
import { auditActions } from "../../../lambdas/core/access/audit-entry.ts";
import type { AuditEntry } from "../../../sdk/src/index.ts";

const person = { issuer: "https://login.example.com", sub: "7" };
const by = (actor: AuditEntry["actor"]): AuditEntry => ({
  ...{ id: "aud_1", at: 1, actor, action: "job.cancel", target: "job_1" },
});

test("every action has a name, and one of a later version its own", () => {
  expect(Object.keys(actionNames)).toEqual([...auditActions]);
  expect(new Set(Object.values(actionNames)).size).toBe(auditActions.length);
  expect([actionName("job.cancel"), actionName("job.clone"), actionName("constructor")]).toEqual([
    "Job cancelled",
    "job.clone",
    "constructor",
  ]);
});

test.each<[string, string, AuditEntry["actor"]]>([
  [
    "ada@example.com",
    "key 00",
    { kind: "key", id: "00", name: "ada", person: { ...person, email: "ada@example.com" } },
  ],
  ["Ada", "key 00", { kind: "key", id: "00", name: "ada", person: { ...person, name: "Ada" } }],
  ["7", "key 00", { kind: "key", id: "00", person }],
  ["ci", "key 00", { kind: "key", id: "00", name: "ci" }],
  ["the key of the deployment", "key", { kind: "key", id: "deployed" }],
  ["00", "key 00", { kind: "key", id: "00" }],
  ["AIDA", "AWS identity", { kind: "identity", id: "AIDA" }],
  ["an unknown AWS identity", "AWS identity", { kind: "identity" }],
  ["ada@example.com", "asked by message", { kind: "recipient", id: "ada@example.com" }],
])("%s, %s", (who, about, actor) => {
  expect([whoOf(by(actor)), aboutActor(by(actor))]).toEqual([who, about]);
  expect(aboutActor({ ...by(actor), role: "admin" })).toBe(`${about}, admin`);
});

test("an actor of a later version is shown by its own kind", () => {
  const later = by({ kind: "agent" as "other", id: "00" });
  expect([whoOf(later), aboutActor(later)]).toEqual(["00", "agent"]);
});

test("fields that differ are shown with what they were and are", () => {
  const entry = {
    ...by({ kind: "key" }),
    before: { status: "queued", due_at: 5 },
    after: { status: "cancelled", x: 1 },
  };
  expect(changedFields(entry)).toEqual([
    { field: "status", before: "queued", after: "cancelled" },
    { field: "due_at", before: 5, after: undefined },
    { field: "x", before: undefined, after: 1 },
  ]);
  expect(changedFields(by({ kind: "key" }))).toEqual([]);
  expect([isTime("due_at", 5), isTime("until", 5), isTime("rate", 5), isTime("due_at", "5")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
