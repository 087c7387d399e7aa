import { hash } from "node:crypto";
import type { Catalog } from "../../catalog/catalog.ts";
import { type FoundHook, hookConditions, hookLabel } from "../../catalog/hooks.ts";
import { resolve, type Scope, scopeOf } from "../../expressions/evaluate.ts";
import { holds } from "../../expressions/holds.ts";
import { keyPart } from "../../expressions/keys.ts";
import { spelledPlain } from "../../expressions/request-input.ts";
import { catalogValuesOf } from "../../expressions/values.ts";
import { JobError } from "../../job/job-error.ts";
import { carrierOf, type TraceCarrier } from "../../job/trace.ts";
import { refuseTooLarge } from "../../kernel/bounds.ts";
import type { Fault } from "../../kernel/errors.ts";
import { fieldsFaults } from "../../kernel/fields.ts";
import { isRecord } from "../../kernel/json-values.ts";
import { invalidRequest, RequestError } from "../../kernel/request-error.ts";
import { type AcceptedRequest, parseRequest, traced } from "../request.ts";
import { parseSignal, type SignalWanted } from "../signal-request.ts";
import { type Delivery, deliveryId, textAt } from "./delivery.ts";

/** What a delivery asks for. */
type HookWanted = { delivery_id: string } & (
  | { is: "ignored" }
  | { is: "job"; request: AcceptedRequest }
  | { is: "signal"; signal: SignalWanted }
);

/**
 * What a verified delivery asks for by its hook: a job, a signal, or nothing. `replay` is the key of one that is made again. Throws a
 * RequestError with pointers into the delivery (`/body/...`) or into what the hook made of it, and a JobError where an expression has no
 * value.
 */
export function requestOf(
  catalog: Catalog,
  found: FoundHook,
  delivery: Delivery,
  now: number,
  replay?: string,
): HookWanted {
  const { hook, product, env, name } = found;
  const shown = { ...delivery } as Record<string, unknown>;
  const scope: Scope = { ...deliveryScope(found, delivery, now), hook: shown };
  const faults = deliveryBodyFaults(found, delivery.body);
  if (faults.length > 0) throw invalidRequest(faults);
  const delivery_id = idIn(found, delivery, scope);
  shown.id = delivery_id;
  if (!hookConditions(hook).every((condition) => holds(condition, scope))) return { is: "ignored", delivery_id };
  const key = replay ?? deliveryKey(name, delivery_id);
  const { to } = hook;
  const tenant = { product_tag: product.tag, env };
  if ("signal" in to) {
    const payload = to.payload === undefined ? undefined : resolve(to.payload, scope);
    const body = { ...tenant, signal: to.signal, key: deliveryKeyPart(to.key, scope, "/to/key"), payload, id: key };
    return { is: "signal", delivery_id, signal: parseSignal(body, catalog) };
  }
  const {
    event,
    labels = [],
    ...asked
  } = resolve(to, scope) as Record<string, unknown> & { event: string; labels?: string[] };
  const of = catalog.find(product.tag, env, event);
  // What follows calls itself for each level.
  refuseTooLarge(asked, "input");
  const input = isRecord(asked.input) ? spelledPlain(of, asked.input) : asked.input;
  const body = { ...asked, ...tenant, event, input, labels: [hookLabel(name), ...labels] };
  const request = parseRequest(body, catalog, now, key);
  // A replay comes long after the trace of the delivery.
  return { is: "job", delivery_id, request: replay === undefined ? traced(request, carrierIn(delivery)) : request };
}

/** The trace that a sender has put its delivery into, as every HTTP client with tracing does. */
const carrierIn = ({ headers }: Delivery): TraceCarrier => carrierOf((name) => textAt(headers, name)) ?? {};

const deliveryScope = ({ product, env }: FoundHook, delivery: Delivery, now: number): Scope => ({
  ...scopeOf({}, now, catalogValuesOf(product, env)),
  hook: { ...delivery },
});

const idIn = ({ hook }: FoundHook, delivery: Delivery, scope: Scope): string =>
  hook.id === undefined ? deliveryId(hook.verify.preset, delivery) : deliveryKeyPart(hook.id, scope, "/id");

/** What a delivery is known by, also of one that the hook does not take. Undefined where that cannot be told. */
export function idOfDelivery(found: FoundHook, delivery: Delivery, now: number): string | undefined {
  try {
    return idIn(found, delivery, deliveryScope(found, delivery, now));
  } catch (error) {
    if (error instanceof RequestError || error instanceof JobError) return undefined;
    throw error;
  }
}

function deliveryBodyFaults({ hook: { schema } }: FoundHook, body: unknown): Fault[] {
  if (schema === undefined) return [];
  if (!isRecord(body)) return [{ pointer: "/body", detail: "must be an object" }];
  const known = Object.fromEntries(Object.entries(body).filter(([field]) => Object.hasOwn(schema, field)));
  return fieldsFaults(schema, known, ["body"]);
}

/** A text that an expression must yield: without it deliveries would share a name. */
function deliveryKeyPart(template: string, scope: Scope, pointer: string): string {
  const text = keyPart(resolve(template, scope));
  if (text !== undefined) return text;
  throw invalidRequest([
    {
      pointer,
      detail: "gives no text for this delivery: it must be a string that is not empty, a number, or true or false",
    },
  ]);
}

/** As long as the id of a signal may be; a key of a job may be longer. */
const longestKey = 128;

/** What a delivery is known by: the same for each time that it comes. */
function deliveryKey(name: string, id: string): string {
  const key = `hook:${name}:${id}`;
  return key.length <= longestKey && /^[\x21-\x7e]+$/.test(key)
    ? key
    : `hook:${name}:sha256-${hash("sha256", id, "base64url")}`;
}
