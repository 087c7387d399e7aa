import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { longestFunctionSeconds } from "../../lambdas/topology.ts";
import { clockOffset } from "../clock/shifted-date.ts";
import type { Bundles } from "../code/bundles.ts";
import { StartError } from "../runtime/start-error.ts";
import { describeFault } from "./faults.ts";
import { Generation, type GenerationOptions, type Loaded } from "./generation.ts";
import type { Invoke } from "./invoke.ts";
import type { CatalogNeeds } from "./protocol.ts";

interface HostOptions extends GenerationOptions {
  /** Prints a message for the user. */
  say: (line: string) => void;
  /** Resolves at the next change of the code: what does not load at the start is tried again then. Default: it is refused. */
  nextChange?: (() => Promise<void>) | undefined;
  /** Called before it waits for that: there is no code to serve until then. */
  waits?: () => void;
  /** Called before each catalog takes effect. */
  onCatalog: (needs: CatalogNeeds, bundles: Bundles) => void;
}

interface Host {
  invoke: Invoke;
  /** Switches to the code on disk if it loads and its catalog is valid; otherwise prints why not. */
  reload(): Promise<"reloaded" | "refused">;
  /** Sends the handlers the clock's offset at once, and so before their next invocation. */
  moveClock(offsetMs: number): void;
  close(graceMs: number): Promise<void>;
}

/** How long the handlers of a replaced generation may continue: as long as the longest function. */
const drainMs = longestFunctionSeconds * 1000;
const longestRestartPauseMs = 10_000;

/** Runs the Lambda handlers in one child process at a time, and replaces a child that dies. Throws a StartError for code that does not load. */
export async function startHost(options: HostOptions): Promise<Host> {
  let closing = false;
  let reloading: Promise<unknown> = Promise.resolve();
  const draining = new Set<Generation>();
  const alive = new Set<Generation>();

  let current = serve(await firstOf(options));

  function serve({ generation, needs, bundles }: Extract<Loaded, { outcome: "ready" }>): Promise<Generation> {
    options.onCatalog(needs, bundles);
    alive.add(generation);
    // The clock may have been moved while the code was loading.
    generation.moveClock(clockOffset());
    generation.gone.then(() => {
      alive.delete(generation);
      if (closing || draining.delete(generation)) return;
      options.say(
        "The process that runs the handlers ended unexpectedly; starting another one. Its log has the details.",
      );
      current = restart();
      // Callers that wait for it see the rejection; there may be none.
      current.catch(() => {});
    });
    return Promise.resolve(generation);
  }

  async function restart(): Promise<Generation> {
    for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, longestRestartPauseMs)) {
      const loaded = await Generation.load(options);
      if (loaded.outcome === "ready") return serve(loaded);
      options.say(explain(loaded, options));
      await sleep(pauseMs);
      if (closing) throw new Error("closing");
    }
  }

  async function replace(): Promise<"reloaded" | "refused"> {
    const loaded = await Generation.load(options);
    if (loaded.outcome !== "ready") {
      options.say(`${explain(loaded, options)}\nThe last working version stays in service.`);
      return "refused";
    }
    const old = await current;
    draining.add(old);
    current = serve(loaded);
    void old.end(drainMs);
    return "reloaded";
  }

  return {
    invoke: async (name, event) => (await current).invoke(name, event),
    reload: async () => {
      // The watcher ends after the host, since it is there before it.
      if (closing) return "refused";
      const next = reloading.then(replace);
      reloading = next.catch(() => {});
      return next;
    },
    moveClock: (offsetMs) => {
      for (const generation of alive) generation.moveClock(offsetMs);
    },
    close: async (graceMs) => {
      closing = true;
      await reloading;
      await Promise.all([...draining].map((generation) => generation.end(0)));
      await current.then(
        (generation) => generation.end(graceMs),
        () => {},
      );
    },
  };
}

async function firstOf(options: HostOptions): Promise<Extract<Loaded, { outcome: "ready" }>> {
  for (;;) {
    // Taken before the code is read: a change while it loads counts.
    const changed = options.nextChange?.();
    const loaded = await Generation.load(options);
    if (loaded.outcome === "ready") return loaded;
    const why = explain(loaded, options);
    if (!changed) throw new StartError(why);
    options.say(`${why}\nWaiting for a change of its files.`);
    options.waits?.();
    await changed;
  }
}

function explain(loaded: Exclude<Loaded, { outcome: "ready" }>, { root, catalog }: HostOptions): string {
  if (loaded.outcome === "broken") return `The code does not load:\n${loaded.error}`;
  const faults = loaded.faults.map(
    (fault) =>
      `  ${catalog ? describeFault(fault, process.cwd(), relative(process.cwd(), catalog.file)) : describeFault(fault, root)}`,
  );
  return ["The catalog has faults:", ...faults].join("\n");
}
