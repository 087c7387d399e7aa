import { hash } from "node:crypto";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../lambdas/core/catalog/references.ts";
import type { DecidedRun, DecideMessage, StepMessage } from "../../lambdas/core/job/decide-messages.ts";
import type { RunLogs } from "../../lambdas/core/ports/run-logs.ts";
import { codedEvent } from "./coded.ts";
import type { Invocation } from "./invocation.ts";
import { product } from "./product.ts";
import { drawnProgram, grownProgram, mendedProgram, type Program } from "./programs.ts";
import { type Random, seeded } from "./random.ts";

/** A bundle of the feature in code: what a deployment makes of its programs. */
export interface Bundle {
  text: string;
  definition: string;
  programs: Program[];
}

/** A history with runs of code, of which other deployments are made meanwhile. */
export interface Coding {
  random: Random;
  catalog(): Catalog;
  /** Whether the code runs elsewhere, behind `serve`, and keeps all its versions itself. */
  isServed: boolean;
  /** Of each call of code: how often its process dies. */
  dies: number;
  /** How often its answer is late, or comes to somebody who is gone. */
  isLate: number;
  live(): Bundle;
  bundleOf(definition: string): Bundle | undefined;
  /** Deploys other programs under the same names. */
  deploy(): Bundle;
  /** Deploys the programs of now with more behind them, so that what a run has done is a part of them. */
  grow(): Bundle;
  /** Deploys the programs of now, in which the job of this name is of another event. */
  mend(name: string): void;
  /** Whether a deployment has mended the job of this name. */
  isMended(name: string): boolean;
  /** Deploys a bundle once more. */
  takeBack(definition: string): void;
  /** Whether each deployment has grown from the one before. */
  hasOnlyGrown(): boolean;
  /** Absent until the history begins. */
  watch?: CodeWatch;
}

/** A choice, and who made it. */
export interface Decided {
  choice: string;
  by: string;
}

/** What the rules see of runs of code (code-rules.ts). */
export interface CodeWatch {
  /** The logs, as an invocation appends to them. */
  logsOf(runLogs: RunLogs, by: Invocation): RunLogs;
  /** Own code of a run is run, by this definition. Returns what it returns. */
  ran(by: Invocation, own: { run: DecidedRun; key: string }): unknown;
  /** A handler is shown a part of its log. */
  shows(message: DecideMessage | StepMessage): void;
  /** Somebody lets a run go on by what is deployed. */
  moved(run: string): void;
  /** A person was told that the decision counts. */
  decided(approval: string, decision: Decided): void;
  /** What must hold once everything has ended. */
  atRest(): Promise<void>;
}

const isSeed = (seed: number): boolean => seed % 32 === 1 || seed % 32 === 0;
/** Few of them have own code that is a job. */
const hasLong = (seed: number): boolean => [5, 7].includes(Math.floor(seed / 32) % 8);
/** How many programs a bundle has. Those with a higher number are called by those before them. */
export const programsOfBundle = 4;

const coded = {
  ...product,
  jobs: { ...product.jobs, [codedEvent]: { type: "feature", feature: codedEvent } },
};
const withFeature = (feature: object): Catalog => {
  const features = { ...(product.features as object), [codedEvent]: { ...feature, signals: { go: {} } } };
  return makeCatalog([{ ...coded, features } as unknown as Product], registry);
};
const deployed = withFeature({ code: "./program.ts" });
/** The same feature, whose code runs behind `serve`. */
const served = withFeature({
  envs: { e: { provider: "serve", url: "https://127.0.0.1/code", secret: secret("/sim/code") } },
});

/** Each history has bundles of its own: a process remembers which it has kept. */
let bundles = 0;

/** Few histories have runs of code, so that the others stay as they are: a hard part of them, and a peaceful one. */
export function codingOf(seed: number): Coding | undefined {
  return isSeed(seed)
    ? drawnCoding(seeded(seed ^ 0xc0de), {
        ...{ isHard: seed % 4 !== 0, hasLong: hasLong(seed), asks: false, isServed: false },
      })
    : undefined;
}

/** Draws the programs of a history, those of its later deployments as they come, and how its processes of code behave. */
export function drawnCoding(
  random: Random,
  { isHard, hasLong, asks, isServed }: Record<"isHard" | "hasLong" | "asks" | "isServed", boolean>,
): Coding {
  const made = new Map<string, Bundle>();
  const drawing = { of: programsOfBundle, long: hasLong ? 0.6 : 0, asks: asks ? 0.6 : 0 };
  const bundled = (programOf: (number: number) => Program): Bundle => {
    const text = `bundle ${bundles++}`;
    const programs = Array.from({ length: programsOfBundle }, (_, number) => programOf(number));
    const bundle = { text, definition: hash("sha256", text, "hex"), programs };
    made.set(bundle.definition, bundle);
    return bundle;
  };
  const drawn = () => bundled((number) => drawnProgram(random, { ...drawing, number }));
  let live = drawn();
  let hasOnlyGrown = true;
  const mended = new Set<string>();
  return {
    random,
    catalog: () => (isServed ? served : deployed),
    isServed,
    dies: isHard ? random.pick([0, 0.03, 0.2]) : 0,
    isLate: isHard ? random.pick([0, 0.03, 0.2]) : 0,
    live: () => live,
    bundleOf: (definition) => made.get(definition),
    deploy: () => {
      live = drawn();
      hasOnlyGrown = false;
      return live;
    },
    grow: () => {
      const prefix = "q".repeat(made.size);
      live = bundled((number) =>
        grownProgram(random, live.programs[number] as Program, { ...drawing, number, prefix }),
      );
      return live;
    },
    mend: (name) => {
      mended.add(name);
      live = bundled((number) => mendedProgram(live.programs[number] as Program, name));
    },
    isMended: (name) => mended.has(name),
    takeBack: (definition) => {
      live = made.get(definition) ?? live;
    },
    hasOnlyGrown: () => hasOnlyGrown,
  };
}
