import { ownValue } from "../../../core/catalog/catalog.ts";
import { didYouMean } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { callFaults } from "../../clients/http/call-faults.ts";
import { callInput } from "../../clients/http/call-input.ts";
import { keyNotes } from "../../clients/http/key-notes.ts";
import { partOfCall } from "../../clients/http/part-of-call.ts";
import { defineJobType } from "../define-job-type.ts";
import { actionInputSchema } from "./input-json-schema.ts";
import type { AppTarget } from "./target.ts";

export const action = defineJobType<AppTarget>()({
  type: "action",
  summary: "Call an action of an app over HTTP.",
  requestName: "IActionRequest",
  section: "apps",
  targetField: "app",
  input: callInput,
  inputSchemaOf: ({ action }, target) => actionInputSchema(target, action),
  event: () => ({ app: Tag, action: Tag }),
  eventNames: ({ app, action }) => [{ name: `${app}:${action}` }],
  partOf: (event, { actions }, field) => partOfCall(ownValue(actions, event.action), field),
  takesBody: (event, { actions }) => ownValue(actions, event.action)?.method !== "GET",
  isRepeatable: (event, { actions }) =>
    ["GET", "PUT", "DELETE"].includes(ownValue(actions, event.action)?.method ?? ""),
  checkEvent(event, { actions }) {
    if (Object.hasOwn(actions, event.action)) return [];
    const hint = didYouMean(event.action, Object.keys(actions));
    return [{ pointer: "/action", detail: `app ${event.app} has no such action.${hint}` }];
  },
  checkInput({ app, env, event, target, input }) {
    const place = ownValue(target.envs, env);
    const called = ownValue(target.actions, event.action);
    const call = place && called && { ...called, base: place.base_url, bodyType: called.body_type };
    return [
      ...(app === undefined || app === event.app
        ? []
        : [{ pointer: "/app", detail: `this event belongs to app "${event.app}"` }]),
      ...(call ? callFaults(call, input, ["input"]) : []),
    ];
  },
  notesOf: ({ event, target, input }) =>
    keyNotes(input.headers, ownValue(target.actions, event.action)?.defaults?.headers, ["input"]),
  example: { event: "create_order", input: { params: { customer: "c-42" }, body: { sku: "A-1" } } },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
});
