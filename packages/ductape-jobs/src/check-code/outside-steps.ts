import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { type CodeModule, stepText } from "./contexts.ts";
import { placeOf, type SourceFinding } from "./finding.ts";
import { sureCallsOf } from "./own-code.ts";
import { partsOf, replayedIn } from "./replayed.ts";
import { bindingOf, calleeOf, globalOf, importOf, isCall, isMember, isSure, nameOf, unwrapped } from "./syntax.ts";

const intoStep = "Its answer would be another in the next replay: put it into ctx.step(key, () => ...)";
const sleep = "The run may go on in another process: use ctx.sleep";
const chance = "Another replay would have other values: use ctx.random() or ctx.uuid()";
const noTurn = "A handler waits for what ctx returns only: leave it out";
const files = ["readFile", "writeFile", "appendFile", "readdir", "stat", "access", "mkdir", "rm", "unlink", "rename"];
/** What the engine refuses in a handler, and what to do. */
const refused: Readonly<Record<string, string>> = {
  fetch: intoStep,
  setTimeout: sleep,
  setInterval: sleep,
  setImmediate: noTurn,
  ...{ "crypto.getRandomValues": chance, "node:crypto randomBytes": chance },
  ...{ "node:timers setTimeout": sleep, "node:timers setInterval": sleep, "node:timers setImmediate": noTurn },
  ...{ "node:timers/promises setTimeout": sleep, "node:timers/promises setImmediate": noTurn },
  ...Object.fromEntries(
    ["digest", "sign", "verify", "encrypt", "decrypt"].map((name) => [`crypto.subtle.${name}`, intoStep]),
  ),
  ...Object.fromEntries(
    files.flatMap((name) => [
      [`node:fs/promises ${name}`, intoStep],
      [`node:fs ${name}`, intoStep],
    ]),
  ),
  ...Object.fromEntries(["exec", "execFile", "spawn", "fork"].map((name) => [`node:child_process ${name}`, intoStep])),
};

const uuid = "ctx.uuid()";
const random = "ctx.random()";
/** What is another in each replay, and what is the same there. `randomUUID` of the global `crypto` and of Node's module is. */
const changing: Readonly<Record<string, string>> = {
  "process.hrtime": "ctx.now()",
  "process.hrtime.bigint": "ctx.now()",
  "node:crypto randomInt": random,
  ...{ "uuid v1": uuid, "uuid v4": uuid, "uuid v6": uuid, "uuid v7": uuid },
  ...{ "uuidv7 uuidv7": uuid, "nanoid nanoid": uuid },
};

/** What takes no turn of the event loop: the engine does not notice it, and each replay does it again. */
const again: ReadonlySet<string> = new Set([
  ...files.map((name) => `node:fs ${name}Sync`),
  ...["node:fs existsSync", "node:fs globSync"],
  ...["execSync", "execFileSync", "spawnSync"].map((name) => `node:child_process ${name}`),
]);

/** What a handler uses of the world outside of steps. */
export function outsideSteps(module: CodeModule): SourceFinding[] {
  const replayed = [...replayedIn(module)];
  return [
    ...replayed.flatMap((fn) => partsOf(fn).flatMap((path) => [...refusedAt(path), ...changingAt(path)])),
    ...mixedSteps(module),
  ];
}

function refusedAt(path: NodePath): SourceFinding[] {
  const called = refusedCallOf(path);
  if (!called) return [];
  const detail = `${called.name} outside of ctx.step parks the run (OUTSIDE_STEP). ${called.instead}.`;
  return [{ ...placeOf(path), severity: "error", rule: "outside-step", detail }];
}

function refusedCallOf(path: NodePath): { name: string; instead: string } | undefined {
  if (!isCall(path)) return undefined;
  const name = nameOfCalled(path);
  const instead = name === undefined ? undefined : own(refused, name);
  return instead === undefined ? undefined : { name: String(name?.split(" ").at(-1)), instead };
}

function changingAt(path: NodePath): SourceFinding[] {
  const name = isCall(path) ? nameOfCalled(path) : undefined;
  const why = name === undefined ? undefined : whyNotRepeatable(name);
  if (why === undefined) return [];
  const detail = `${name?.split(" ").at(-1)} ${why} into ctx.step(key, () => ...).`;
  return [{ ...placeOf(path), severity: "warning", rule: "not-repeatable", detail }];
}

function whyNotRepeatable(name: string): string | undefined {
  const instead = own(changing, name);
  if (instead !== undefined) return `brings another value in each replay: use ${instead}, or put it`;
  return again.has(name) ? "is done again in each replay, and may find something else there: put it" : undefined;
}

const own = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** `fetch`, or `node:crypto randomUUID` for what a module exports. */
function nameOfCalled(call: NodePath<t.CallExpression>): string | undefined {
  const callee = calleeOf(call);
  const direct = importOf(bindingOf(callee));
  if (direct) return `${moduleName(direct.from)} ${direct.name === "default" ? "" : direct.name}`;
  if (!isMember(callee)) return globalOf(callee);
  const from = importOf(bindingOf(unwrapped(callee.get("object") as NodePath)));
  return from?.name === "*" || from?.name === "default"
    ? `${moduleName(from.from)} ${nameOf(callee) ?? ""}`
    : globalOf(callee);
}

const moduleName = (from: string): string =>
  /^(?:crypto|timers|timers\/promises|fs|fs\/promises|child_process)$/.test(from) ? `node:${from}` : from;

/** A step either calls ctx or does work. One that is sure to do both is refused, and one that calls ctx is replayed. */
const mixedSteps = (module: CodeModule): SourceFinding[] =>
  module.steps.flatMap((step) => {
    const { fn } = step;
    const [call] = fn ? sureCallsOf(module, fn) : [];
    if (!fn || !call) return [];
    return partsOf(fn).flatMap((path) => {
      const work = isSure(path, fn) ? refusedCallOf(path) : undefined;
      if (!work) return changingAt(path);
      const detail = `${work.name} and ctx.${call.name} (line ${placeOf(call.path).line}) in the function of ${stepText(step)} park the run (OUTSIDE_STEP). A step either calls ctx or does work: divide it.`;
      return [{ ...placeOf(path), severity: "error", rule: "outside-step", detail } as const];
    });
  });
