import type { CatalogEvent } from "../../catalog/catalog.ts";
import type { JobType } from "../../job/job.ts";
import { hasMoreFields } from "../../kernel/json-values.ts";
import { invalidRequest } from "../../kernel/parse-body.ts";
import { requestLimits } from "../../kernel/request-limits.ts";
import { didYouMean, jsonPointer } from "../../kernel/schema.ts";
import { type Draft, isEmpty } from "./draft.ts";

/** The event of a request, in the catalog. */
export type Found = Omit<CatalogEvent, "env">;

/** Rewrites the input of a request for an event. */
export function rewriteInput(draft: Draft, found: Found): void {
  if (draft.recordAt("input")) rules[found.event.type](draft, found);
}

const channels = ["push_notification", "email", "sms", "callback"];
const callParts = ["query", "params", "headers"];

const rules: Record<JobType, (draft: Draft, found: Found) => void> = {
  action(draft, found) {
    const { definition, event, target } = found;
    refuseWideCall(draft, "input");
    draft.removeEmpty(["input"], definition.takesBody?.(event, target) === false ? parts : callParts);
    rewriteFlatCall(draft, found);
  },

  notification(draft) {
    draft.rename(["input"], { webhook: "callback" });
    refuseWideCall(draft, "input", "callback");
    removeEmptyChannels(draft);
    draft.rename(["input", "email"], { recipients: "to" });
    draft.rename(["input", "sms"], { recipients: "to" });
    draft.removeEmpty(["input", "push_notification"], ["title", "body", "data"]);
    draft.removeEmpty(["input", "email"], ["subject", "template"]);
    draft.removeEmpty(["input", "callback"], callParts);
    rewriteSmsVariables(draft);
  },

  database_action(draft) {
    draft.removeEmpty(["input"], ["data", "filter", "query"]);
    draft.rename(["input"], { query: "filter" });
  },

  function() {},

  storage(draft) {
    draft.rename(["input"], { blob: "buffer" });
    draft.removeEmpty(["input"], ["metadata", "mimeType"]);
    if (draft.at("input", "mimeType") === "") draft.remove(["input", "mimeType"]);
  },

  publish(draft) {
    draft.removeEmpty(["input"], ["headers"]);
  },

  feature() {},
};

/** Alone, an empty SMS or callback is one that needs nothing of the request. Beside another channel it is one that is not used. */
function removeEmptyChannels(draft: Draft): void {
  const input = draft.recordAt("input") ?? {};
  const isUsed = channels.some((name) => input[name] !== undefined && !isEmpty(input[name]));
  draft.removeEmpty(["input"], isUsed ? channels : channels.slice(0, 2));
}

/** An SMS without a recipient and a text has the variables of the message's template. */
function rewriteSmsVariables(draft: Draft): void {
  const sms = draft.recordAt("input", "sms");
  if (!sms || isEmpty(sms) || sms.to !== undefined || sms.body !== undefined) return;
  draft.standsFor(["input", "sms", "body"], ["input", "sms"]);
  draft.set(["input", "sms"], { body: sms });
}

const tooMany = `has more than ${requestLimits.callFields} fields`;

/** Bounds come before all that is kind to a caller. Only the body of a call may have any number of fields. */
function refuseWideCall(draft: Draft, ...path: string[]): void {
  const faults = callParts.flatMap((part) =>
    hasMoreFields(draft.at(...path, part), requestLimits.callFields)
      ? [{ pointer: draft.placeOf(jsonPointer([...path, part])), detail: tooMany }]
      : [],
  );
  if (hasMoreFields(draft.at(...path), requestLimits.callFields)) {
    const detail = `${tooMany}: give those of the body within body`;
    faults.push({ pointer: draft.placeOf(jsonPointer(path)), detail });
  }
  if (faults.length > 0) throw invalidRequest(faults);
}

const parts = ["query", "params", "body", "headers"];
const prefixed = /^(query|params|body|headers):(.+)$/s;

/**
 * A flat input: `body:sku` is the field `sku` of `body`. Fields without a prefix are allowed if the input names no part: the
 * action says where each of them belongs. What looks like a misspelt part is left for the schema to refuse.
 */
function rewriteFlatCall(draft: Draft, { event, target, definition }: Found): void {
  const names = Object.keys(draft.recordAt("input") ?? {});
  const moves = names.flatMap((name) => {
    const [, part, field] = prefixed.exec(name) ?? [];
    return part !== undefined && field !== undefined ? [{ name, to: ["input", part, field] }] : [];
  });
  const bare = names.filter((name) => !prefixed.test(name));
  const misspelt = new Set(bare.filter((name) => refuseMisspeltPrefix(draft, name)));
  const others = bare.filter((name) => !misspelt.has(name));
  if (!others.some((name) => parts.includes(name) || didYouMean(name, parts) !== "")) {
    const partOf = (name: string) => definition.partOf?.(event, target, name) ?? "body";
    moves.push(...others.map((name) => ({ name, to: ["input", partOf(name), name] })));
  }
  // They are refused, and the schema must not say so once more.
  for (const name of misspelt) moves.push({ name, to: ["input", "body", name] });
  draft.moveFields(["input"], moves);
}

const anyPrefix = /^([a-z_]{3,8}):/i;

/** `bdy:sku` is hardly the name of a field. Where it is, the nested form says so: `body: {"bdy:sku": ...}`. */
function refuseMisspeltPrefix(draft: Draft, name: string): boolean {
  const [, prefix = ""] = anyPrefix.exec(name) ?? [];
  const hint = prefix === "" ? "" : didYouMean(prefix, parts);
  if (hint === "") return false;
  const detail = `has a prefix that is no part of the input.${hint} A field of this name can be given within its part: {"body": {...}}`;
  draft.fault(["input", name], detail);
  return true;
}
