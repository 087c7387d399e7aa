import { gzipSync } from "node:zlib";
import { Decisions, type FeatureHost } from "../../lambdas/code/feature/answer-decide.ts";
import { featureExecutor } from "../../lambdas/consumers/types/feature/execute.ts";
import { callOwnStep } from "../../lambdas/consumers/types/function/own-step.ts";
import type { CodeMessage } from "../../lambdas/core/job/code-bundle.ts";
import type { DecidedRun } from "../../lambdas/core/job/decide-messages.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { CodeInvoker } from "../../lambdas/core/ports/code-invoker.ts";
import { never } from "../support/never.ts";
import type { World } from "./adversary.ts";
import type { Bundle, Coding } from "./coding.ts";
import type { Invocation } from "./invocation.ts";
import { canary } from "./observer.ts";
import { handlerOf } from "./programs.ts";

/** A process of the product's code. */
interface Process {
  live: Bundle;
  /** By the definitions that it has. */
  decisions: Map<string, Decisions>;
  /** It has ended, and whatever it answers reaches nobody. */
  isDead: boolean;
  /** It ends within the next own code that it runs. */
  dies: boolean;
  /** On whose behalf it runs own code, and of which run. */
  by: Invocation | undefined;
  run: DecidedRun | undefined;
}

/**
 * The code of the product, in processes that die: before they are called, within own code, and after they have answered. One that is free is
 * called again, with the handlers that it has suspended. The messages and their answers are those of the protocol.
 */
export function codeProcesses(
  world: Pick<World, "observer" | "ceases"> & { time: Pick<World["time"], "hold" | "now" | "sleep"> },
  coding: Coding,
): Record<"decide" | "ownStep", (by: Invocation) => ExecuteWithServices> {
  const { time, observer } = world;
  const { random } = coding;
  let idle: Process[] = [];
  const happens = (often: number) => time.now() < world.ceases && random.chance(often);

  function started(): Process {
    observer.cover("code: a process starts");
    const live = coding.live();
    const process: Process = { live, decisions: new Map(), isDead: false, dies: false, by: undefined, run: undefined };
    process.decisions.set(live.definition, decisionsOf(process, live));
    return process;
  }

  function decisionsOf(process: Process, { programs, definition }: Bundle): Decisions {
    const feature = handlerOf(programs, {
      async own(key) {
        const run = { ...(process.run as DecidedRun), definition };
        const value = coding.watch?.ran(process.by as Invocation, { run, key });
        if (process.dies) {
          process.isDead = true;
          observer.cover("code: a process dies within own code");
        }
        return value;
      },
    });
    const host: FeatureHost = {
      find: async () => ({ feature, definition }),
      resolve: async () => "",
      write: () => {},
      // The links of the simulation hold what they lead to.
      load: async (value) => ("v" in value ? value.v : JSON.parse(String(bytesBehind(value.url)))),
    };
    return new Decisions(host, { keep: 3 });
  }

  /** Answers as the entry of the code does (lambdas/code, local/code): by the code of now, or by what a link leads to. */
  async function answerOf(process: Process, message: CodeMessage): Promise<unknown> {
    const { live } = process;
    if (coding.isServed && ("code" in message || message.kind === "bundle"))
      observer.violated("code", `a server is asked for its code, or given it: ${message.kind}`);
    if (message.kind === "bundle")
      return message.definition === live.definition
        ? { v: 1, bundle: gzipSync(live.text).toString("base64") }
        : { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "another one is deployed" } };
    if (message.kind === "call") throw new Error("no history calls a function");
    if (message.kind === "step") observer.cover("code: own code as a job");
    const { definition } = message.run;
    const wanted = definition === "" ? live.definition : definition;
    if (!process.decisions.has(wanted)) {
      if (!message.code && !coding.isServed)
        return { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "unknown" } };
      const bundle = coding.bundleOf(wanted);
      const isGiven = coding.isServed || bytesBehind(message.code?.url ?? "").length > 0;
      if (!bundle || !isGiven) {
        observer.violated("code", `the code ${wanted} of ${message.run.id.slice(-6)} was not kept`);
        return { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "unknown" } };
      }
      observer.cover("code: a run goes on by its code after another deployment");
      process.decisions.set(wanted, decisionsOf(process, bundle));
    }
    process.run = message.run;
    coding.watch?.shows(message);
    const decisions = process.decisions.get(wanted);
    return message.kind === "step" ? decisions?.step(message) : decisions?.decide(message);
  }

  const crash = (when: string, { kind }: CodeMessage) => {
    observer.cover(`code: a process dies ${when}`);
    if (coding.isServed) {
      observer.cover("code: a server is away");
      const nothingDone = when === beforeCall;
      return new JobError("CONNECTION_ERROR", "The server hung up.", { nothingDone });
    }
    // Of a job its error is shown, and of a decision nothing.
    const what = kind === "decide" ? `The process ended, and quotes ${canary}.` : "The process ended.";
    return new JobError("PROVIDER_ERROR", what, { retryable: true });
  };

  async function call(by: Invocation, sent: CodeMessage, signal: AbortSignal): Promise<unknown> {
    const message = structuredClone(sent);
    await time.sleep(random.int(1, 20));
    if (happens(coding.dies / 2)) throw crash(beforeCall, sent);
    if (happens(coding.dies / 2)) throw new JobError("RATE_LIMITED", "too many at once", { retryable: true });
    idle = idle.filter(({ live }) => live === coding.live());
    // Any of those that are free, or another one.
    const at = random.int(0, Math.max(0, idle.length - 1));
    const warm = random.chance(0.85) ? idle.splice(at, 1)[0] : undefined;
    const process = warm ?? started();
    Object.assign(process, { by, dies: happens(coding.dies) });
    // The same message reaches another process too, or the same one.
    const twin = happens(coding.isLate) ? (random.chance(0.5) ? started() : process) : undefined;
    if (twin) Object.assign(twin, { by });
    const [answer, again] = await time.hold(
      Promise.all([answerOf(process, message), twin && answerOf(twin, structuredClone(message))]),
    );
    if (twin) observer.cover("code: called twice at once");
    observer.note(() => `${by.what} asks its code: ${summaryOf(message)}; answer: ${summaryOf(answer)}`);
    await time.sleep(random.int(1, 20));
    if (process.isDead || happens(coding.dies / 2)) throw crash("before its answer is read", sent);
    idle.push(process);
    if (happens(coding.isLate)) {
      observer.cover("code: an answer is late");
      await time.sleep(random.pick([2000, 15_000, 40_000]));
    }
    // Who waits has given up meanwhile.
    if (signal.aborted) throw signal.reason;
    return structuredClone(twin && random.chance(0.5) ? again : answer);
  }

  const invokerFor = (by: Invocation): CodeInvoker => {
    return {
      async call(_product, message, { signal }) {
        const work = call(by, message, signal);
        const over = new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
        const answer = await Promise.race([work, over]).finally(() => by.frozen);
        return by.dead ? never() : answer;
      },
    };
  };
  /** What the deployment runs, and what runs elsewhere: one of them has the code of a history. */
  const askedBy = (by: Invocation): [CodeInvoker, () => CodeInvoker] => {
    const nobody: CodeInvoker = { call: () => Promise.reject(new Error("another one has the code")) };
    const invoker = invokerFor(by);
    return coding.isServed ? [nobody, () => invoker] : [invoker, () => nobody];
  };
  return {
    decide: (by) => featureExecutor(...askedBy(by)),
    ownStep: (by) => (execution, services) => {
      const [deployed, served] = askedBy(by);
      return callOwnStep(deployed, execution, services, served);
    },
  };
}

const beforeCall = "before it is called";

const summaryOf = (said: unknown): string => {
  const {
    run,
    kind,
    from,
    log,
    scopes = [],
    key,
    outcome,
    commands = [],
    ran = [],
    fault,
    need,
    refuse,
  } = Object(said);
  const keys = (of: { c: string; k: string; e?: string }[]) => of.map(({ c, k, e }) => `${c} ${k}${e ? ` ${e}` : ""}`);
  if (kind === "decide")
    return `${run.definition.slice(0, 4)} from ${from}: ${[...keys(log), ...scopes.map((scope: string) => `${scope} calls ctx`)]}`;
  if (kind === "step") return `${run.definition.slice(0, 4)} runs ${key} after ${log.length}`;
  return JSON.stringify(
    outcome ? { is: outcome.is, commands: keys(commands), ran: keys(ran) } : { kind, fault, need, refuse },
  );
};

const bytesBehind = (url: string): Buffer => Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
