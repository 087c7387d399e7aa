import type { ValueReference } from "../../../core/expressions/expression.ts";
import { type TemplateFault, templateFaults } from "../../../core/expressions/template-faults.ts";
import type { Fields } from "../../../core/kernel/fields.ts";
import { didYouMean, type Path } from "../../../core/kernel/schema.ts";
import { Time } from "../../../core/kernel/start-time.ts";
import { awaitedBy, type PlacedStep, stepConditions } from "./steps.ts";
import type { Awaited, FeatureTarget, Wait } from "./target.ts";

type Check = (of: ValueReference) => string[];

/** What is wrong with a wait: signals that the feature does not declare, keys that no sender can know, and a time that is none. */
export function waitFaults({ step: { wait }, path }: PlacedStep, target: FeatureTarget, check: Check): TemplateFault[] {
  if (!wait) return [];
  const awaited = awaitedBy(wait).map((one, i) => ({
    ...one,
    path: [...path, "wait", ...(wait.signal === undefined ? ["any", i] : [])],
  }));
  return [
    ...awaited.flatMap((one) => [...unknownSignal(one, target), ...signalKeyFaults(one, target, check)]),
    ...awaited.flatMap((one, i) => signalsTwice(one, awaited.slice(0, i))),
    ...waitTimeFaults(wait, [...path, "wait", "until"], check),
  ];
}

type PlacedSignal = Awaited & { path: Path };

function unknownSignal({ signal, path }: PlacedSignal, { signals = {} }: FeatureTarget): TemplateFault[] {
  if (Object.hasOwn(signals, signal)) return [];
  const detail = `the feature declares no such signal.${didYouMean(signal, Object.keys(signals))}`;
  return [{ path: [...path, "signal"], detail }];
}

function signalKeyFaults({ key, path }: PlacedSignal, { input = {} }: FeatureTarget, check: Check): TemplateFault[] {
  if (key === undefined) return [];
  const place = [...path, "key"];
  return [
    ...templateFaults(key, place, (reference) => {
      const { root } = reference;
      if (root === "Session")
        return ["is shown with the job, and claims of a session are secrets: pass it in the input."];
      if (root === "Now") return ["has the time of the decision in it, which no sender knows."];
      return check(reference);
    }),
    ...notText(key, place, input),
  ];
}

/** The types of fields that are no text, of which a key cannot be made. */
const notKeys: ReadonlySet<string> = new Set(["boolean", "object", "array"]);

/** A key that is a whole field of the input has the type of that. */
function notText(key: string, path: Path, input: Fields): TemplateFault[] {
  const [, name = ""] = /^\$Input\{([^{}]+)\}$/.exec(key.trim()) ?? [];
  const { type = "string" } = Object.hasOwn(input, name) ? (input[name] ?? {}) : {};
  return notKeys.has(type) ? [{ path, detail: `is of type ${type} in the input: a key is a text or a number.` }] : [];
}

const signalsTwice = ({ signal, key, path }: PlacedSignal, before: readonly PlacedSignal[]): TemplateFault[] =>
  before.some((one) => one.signal === signal && one.key === key)
    ? [{ path, detail: `the wait names the signal ${signal} with this key twice.` }]
    : [];

function waitTimeFaults({ until }: Wait, path: Path, check: Check): TemplateFault[] {
  if (until === undefined) return [];
  if (typeof until === "string" && until.includes("$")) return templateFaults(until, path, check);
  const [issue] = Time.safeParse(until).error?.issues ?? [];
  return issue ? [{ path, detail: `must be ${issue.message}, or a template of that.` }] : [];
}

/** Conditions that no end of a wait can meet, since they compare its signal with one for which it does not wait. */
export function comparedSignals({ step, path }: PlacedStep, waits: readonly PlacedStep[]): TemplateFault[] {
  const places = Array.isArray(step.if) ? step.if.map((_, i) => ["if", i]) : [["if"]];
  return stepConditions(step).flatMap((condition, i) => {
    const of = waits.find(({ sequence, name }) => condition.value === `$Sequence{${sequence}}{${name}}{signal}`);
    const names = of?.step.wait && awaitedBy(of.step.wait).map(({ signal }) => signal);
    return (["equals", "not_equals"] as const).flatMap((field) => {
      const compared = condition[field];
      if (!names || typeof compared !== "string" || compared.includes("$") || names.includes(compared)) return [];
      const detail = `step "${of?.key}" waits for no such signal.${didYouMean(compared, names)}`;
      return [{ path: [...path, ...(places[i] ?? []), field], detail }];
    });
  });
}

/** What is wrong with a reference to the result of a wait: `path` is what follows the step. */
export function waitResultFaults(wait: Wait, path: readonly string[], { signals = {} }: FeatureTarget): string[] {
  const [field, ...rest] = path;
  const awaited = awaitedBy(wait);
  const known = awaited.length > 0 ? ["signal", "id", "at", "payload", "timed_out"] : ["at"];
  if (field === undefined) return [];
  if (!known.includes(field)) return [`the result of a wait has no field "${field}".${didYouMean(field, known)}`];
  if (field !== "payload" || rest[0] === undefined) return [];
  const schemas = awaited.map(({ signal }) => (Object.hasOwn(signals, signal) ? signals[signal]?.schema : undefined));
  if (schemas.some((schema) => schema === undefined)) return [];
  const names = schemas.flatMap((schema) => Object.keys(schema ?? {}));
  return names.includes(rest[0])
    ? []
    : [
        `the payload of ${awaited.map(({ signal }) => signal).join(" or ")} has no field "${rest[0]}".${didYouMean(rest[0], names)}`,
      ];
}
