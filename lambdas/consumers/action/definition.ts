import { Tag } from "../../core/catalog.ts";
import type { JobTypeDefinition } from "../../core/job-type.ts";
import { didYouMean } from "../../core/schema.ts";
import { actionInput } from "./input.ts";
import { type AppTarget, appTarget } from "./target.ts";

export const action = {
  type: "action",
  summary: "Call an action of an app over HTTP.",
  requestName: "IActionRequest",
  section: "apps",
  targetField: "app",
  input: actionInput,
  target: appTarget,
  eventFields: () => ({ app: Tag, action: Tag }),
  checkEvent(event, target) {
    const { actions } = target as AppTarget;
    if (Object.hasOwn(actions, String(event.action))) return [];
    const hint = didYouMean(String(event.action), Object.keys(actions));
    return [{ pointer: "/action", detail: `app ${event.app} has no such action.${hint}` }];
  },
  checkInput({ app, event }) {
    if (app === undefined || app === event.app) return [];
    return [{ pointer: "/app", detail: `this event belongs to app "${event.app}"` }];
  },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
