import { own } from "../../../core/catalog/catalog.ts";
import type { JobTypeDefinition } from "../../../core/catalog/job-type.ts";
import { didYouMean } from "../../../core/schema/schema.ts";
import { Tag } from "../../../core/schema/tag.ts";
import { callFaults } from "./call-faults.ts";
import { actionInput } from "./input.ts";
import type { AppTarget } from "./target.ts";

export const action = {
  type: "action",
  summary: "Call an action of an app over HTTP.",
  requestName: "IActionRequest",
  section: "apps",
  targetField: "app",
  input: actionInput,
  eventFields: () => ({ app: Tag, action: Tag }),
  checkEvent(event, target) {
    const { actions } = target as AppTarget;
    if (Object.hasOwn(actions, String(event.action))) return [];
    const hint = didYouMean(String(event.action), Object.keys(actions));
    return [{ pointer: "/action", detail: `app ${event.app} has no such action.${hint}` }];
  },
  checkInput({ app, env, event, target, input }) {
    const { envs, actions } = target as AppTarget;
    const place = own(envs, env);
    const called = own(actions, String(event.action));
    const call = place && called && { ...called, base: place.base_url, bodyType: called.body_type };
    return [
      ...(app === undefined || app === event.app
        ? []
        : [{ pointer: "/app", detail: `this event belongs to app "${event.app}"` }]),
      ...(call ? callFaults(call, input, ["input"]) : []),
    ];
  },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
