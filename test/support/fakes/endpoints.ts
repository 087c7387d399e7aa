import { eventDocs } from "../../../lambdas/api/schemas/events.ts";
import { type EndpointState, keptFailures } from "../../../lambdas/core/catalog/endpoint-state.ts";
import type { EndpointName } from "../../../lambdas/core/catalog/webhook.ts";
import type { Endpoints } from "../../../lambdas/core/ports/endpoints.ts";
import type { Announcement, Announcer } from "../../../lambdas/core/ports/event-bus.ts";

const keyOf = ({ product, env, webhook }: EndpointName) => JSON.stringify([product, env, webhook]);

/** The state of webhook endpoints, in memory. */
export function fakeEndpoints(): Endpoints {
  const states = new Map<string, EndpointState>();
  return {
    get: async (name) => structuredClone(states.get(keyOf(name))),
    async failed(name, failure) {
      const { at, code } = failure;
      const { failures = 0, failing_since = at, recent_failures = [], ...rest } = states.get(keyOf(name)) ?? {};
      const recent = [failure, ...recent_failures].slice(0, keptFailures);
      const state = { ...rest, failures: failures + 1, failing_since, last_failure: code, recent_failures: recent };
      states.set(keyOf(name), state);
      return structuredClone(state);
    },
    async recovered(name) {
      if (!states.get(keyOf(name))?.disabled) states.delete(keyOf(name));
    },
    async disable(name, disabled) {
      const before = states.get(keyOf(name)) ?? { failures: 0, failing_since: disabled.at, last_failure: "" };
      const { url, announced_by } = before.disabled ?? {};
      if (url === disabled.url && (announced_by === undefined || announced_by !== disabled.announced_by)) return false;
      states.set(keyOf(name), { ...before, disabled });
      return true;
    },
    async announced(name) {
      const state = states.get(keyOf(name));
      if (!state?.disabled) return;
      const { announced_by: _, ...disabled } = state.disabled;
      states.set(keyOf(name), { ...state, disabled });
    },
    async enable(name) {
      if (states.get(keyOf(name))?.disabled) states.delete(keyOf(name));
    },
  };
}

/** A bus for events that are not about jobs; remembers what was published. */
export function fakeAnnouncer(): Announcer & { announced: Announcement[] } {
  const announced: Announcement[] = [];
  return {
    announced,
    async announce(event) {
      const doc = eventDocs[event.type];
      if (!doc) throw new Error(`the event ${event.type} is not documented`);
      doc.detail.strict().parse(event.detail);
      announced.push(structuredClone(event));
    },
  };
}
