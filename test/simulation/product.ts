import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import type { Limit } from "../../lambdas/core/catalog/limit.ts";

/** The feature whose runs wait for messages. */
export const orderEvent = "order";
/** The features with a step for each item: of the first the items may not fail, of the second they may. */
export const eachEvents = ["each", "each_may_fail"] as const;
/** The same where items are undone one by one: of the first they may not fail, of the second they may. */
export const undoneEvents = ["each_undone", "each_part_undone"] as const;
/** How many of their items may be open at a time, and how many a page has: few, so that a history has several pages. */
export const [eachConcurrency, eachPageSize] = [3, 3];

/** How long the waits of a run last, in milliseconds. */
export const [waitMs, secondWaitMs] = [60_000, 20_000];

/** The feature whose runs wait for the decision of a person, and how many they ask. */
export const consentEvent = "consent";
export const recipients = 2;

/** The feature whose steps are undone when it ends in vain. */
export const bookingEvent = "booking";

const call = { type: "action", app: "api", action: "call" } as const;
const limitedCall = (...limits: string[]) => ({ ...call, limits });

/** The limits of the simulated jobs. A period is milliseconds. */
export const limits: Record<string, Limit> = {
  slots: { key: "$Input{body}{who}", concurrency: 2 },
  starts: { key: "$Input{body}{who}", rate: { limit: 1, period: 10_000, burst: 2 } },
  both: { concurrency: 2, rate: { limit: 1, period: 20_000 } },
  whole: { concurrency: 3 },
};

/** How long the requests of `soon` are put off, and how long at most. */
export const debounceMs = { delay: 4000, max_wait: 12_000 } as const;
/** The target of all calls. */
export const api = { envs: { e: { base_url: "http://127.0.0.1" } }, actions: { call: { method: "POST", path: "/" } } };
const news = { provider: "eventbridge", bus: "default", source: "sim", topics: { told: { detail_type: "told" } } };
const told = { to: "$Session{user}{sub}", of: "$Input{of}" };
const undo = (of: string) => ({ event: "other", input: { query: { of, n: "$Step{n}" } } });
const feature = (feature: string) => ({ type: "feature", feature }) as const;
/** A step for each item, and one after it that has all results. */
const forEach = (allow_fail: boolean) => ({
  sequences: {
    main: [
      {
        event: "call",
        for_each: { items: "$Input{lines}", as: "line", concurrency: eachConcurrency },
        input: { body: { of: "$Each{line}", index: "$Each{index}" } },
        retries: 2,
        ...(allow_fail && { allow_fail }),
      },
      { event: "other", input: { body: { many: "$Length($Sequence{main}{call})" } }, allow_fail: true },
    ],
  },
});

/** The same, whose items are undone one by one when it fails or is cancelled. */
function undoneForEach(allow_fail: boolean) {
  const { sequences } = forEach(allow_fail);
  const [each] = sequences.main;
  const undo = { event: "other", each: true, input: { query: { of: "$Each{index}", n: "$Step{n}" } } };
  return {
    sequences: {
      main: [
        { ...each, undo },
        { event: "call", step: "last", input: {}, retries: 0 },
      ],
    },
  };
}

/** The event whose results are remembered. */
export const rememberedEvent = "remembered";
/** For how long they are, in milliseconds. */
export const rememberedMs = 60_000;

/** The product of the simulated jobs: actions whose outcomes the adversary chooses, and features made of them. */
export const product: Product = {
  tag: "sim",
  limits,
  envs: ["e"],
  jobs: {
    call,
    other: call,
    slotted: limitedCall("slots"),
    rated: limitedCall("starts"),
    both: limitedCall("both"),
    twin: limitedCall("slots", "starts", "whole"),
    spared: { ...call, app: "spared" },
    [rememberedEvent]: { ...call, cache_ttl: rememberedMs },
    announced: { type: "publish", broker: "news", topic: "told", expressions: true },
    tell: feature("tell"),
    soon: { ...call, debounce: { key: "$Input{body}{user}", delay: debounceMs.delay, max_wait: debounceMs.max_wait } },
    only: { ...call, unique: { key: "$Input{body}{user}" } },
    pair: feature("pair"),
    tree: feature("tree"),
    choice: feature("choice"),
    hopeless: feature("hopeless"),
    fan: feature("fan"),
    race: feature("race"),
    order: feature("order"),
    consent: feature("consent"),
    booking: feature("booking"),
    stay: feature("stay"),
    each: feature("each"),
    each_may_fail: feature("each_may_fail"),
    each_undone: feature("each_undone"),
    each_part_undone: feature("each_part_undone"),
  },
  apps: { api, main: api, spare: api, spared: { fallback: ["main", "spare"] } },
  sessions: { user: { envs: { e: { jwks: "http://127.0.0.1/keys", audience: "sim" } } } },
  brokers: { news: { envs: { e: news } } },
  features: {
    /** In the name of the user whose token came with the request. */
    tell: {
      sequences: {
        main: [
          { event: "announced", input: { message: told } },
          { event: "announced", step: "again", input: { message: told }, delay: 2000 },
        ],
      },
    },
    pair: {
      sequences: {
        main: [
          { event: "call", input: {} },
          { event: "other", input: { body: { from: "$Sequence{main}{call}{n}", large: "$Input{pad}" } } },
        ],
      },
      output: { n: "$Sequence{main}{other}{n}" },
    },
    tree: {
      sequences: {
        left: [{ event: "call", input: {}, allow_fail: true, retries: 1 }],
        right: [
          { event: "pair", input: {}, depends_on: [] },
          { event: "other", input: {}, depends_on: ["pair", "left.call"], delay: 1200 },
        ],
      },
    },
    choice: {
      sequences: {
        main: [
          { event: "call", input: {}, retries: 3, timeout_ms: 3000, allow_fail: true },
          {
            event: "other",
            step: "again",
            input: { query: { n: "$Sequence{main}{call}{n}" } },
            if: { value: "$Sequence{main}{call}{n}", greater_than: 1 },
            retry_config: { initial_delay: 100, jitter: false },
            retries: 2,
          },
          {
            event: "call",
            step: "much later",
            input: {},
            delay: 1_000_000,
            if: { value: "$Input{far}", equals: true },
          },
          { event: "call", step: "last", input: {}, allow_fail: true },
        ],
      },
    },
    /** Its steps end so close to each other that the second end comes during the decision that the first one requested. */
    fan: {
      sequences: {
        ...Object.fromEntries(
          ["a", "b", "c", "d"].map((name) => [name, [{ event: "call", input: {}, allow_fail: true }]]),
        ),
        end: [{ event: "other", input: {}, depends_on: ["a.call", "b.call", "c.call", "d.call"] }],
      },
    },
    /** One step fails while the other waits: what the feature's end cancels, a retry revives. */
    race: {
      sequences: {
        quick: [{ event: "call", input: { body: { at: "$Now" } }, retries: 0 }],
        waiting: [{ event: "other", input: { body: { at: "$Now" } }, delay: 1_200_000 }],
      },
    },
    /** It waits for messages, and goes one of two ways behind the first wait. */
    order: {
      input: { order: { type: "string" } },
      signals: { paid: {} },
      sequences: {
        main: [
          { event: "call", input: {}, allow_fail: true },
          { step: "money", wait: { signal: "paid", key: "$Input{order}", timeout: waitMs, otherwise: "continue" } },
          {
            event: "call",
            step: "yes",
            input: {},
            allow_fail: true,
            if: { value: "$Sequence{main}{money}{signal}", equals: "paid" },
          },
          {
            event: "call",
            step: "no",
            input: {},
            allow_fail: true,
            if: { value: "$Sequence{main}{money}{timed_out}", equals: true },
          },
          { step: "cool", wait: { for: 5000 } },
          {
            step: "more",
            wait: { signal: "paid", key: "$Input{order}", timeout: secondWaitMs, otherwise: "continue" },
          },
        ],
      },
    },
    /** A person decides which of two ways it goes. */
    consent: {
      sequences: {
        main: [
          { event: "call", input: {}, allow_fail: true },
          {
            step: "decision",
            approve: {
              title: "May it?",
              show: [{ label: "Secret", value: "$Input{secret}" }],
              ask: Array.from({ length: recipients }, (_, i) => ({
                event: "call",
                to: `recipient ${i}`,
                input: { body: { at: "$Approval{url}" } },
              })),
              timeout: waitMs,
              otherwise: "reject",
            },
          },
          {
            event: "call",
            step: "yes",
            input: {},
            retries: 1,
            if: { value: "$Sequence{main}{decision}{choice}", equals: "approve" },
          },
          {
            event: "other",
            step: "no",
            input: {},
            retries: 1,
            if: { value: "$Sequence{main}{decision}{choice}", equals: "reject" },
            depends_on: ["decision"],
          },
        ],
      },
    },
    /** Its steps are undone when it fails or is cancelled, in an order that differs from that of the definition. */
    booking: {
      sequences: {
        main: [
          { event: "call", step: "a", input: {}, undo: undo("a") },
          { event: "call", step: "b", input: {}, allow_fail: true, undo: undo("b") },
          { event: "call", step: "c", input: {}, retries: 1, delay: 3000 },
          { event: "call", step: "last", input: {}, undo: undo("last"), retries: 0 },
        ],
        side: [
          { event: "call", step: "d", input: {}, undo: undo("d") },
          { event: "stay", step: "e", depends_on: ["d", "main.a"], undo: { event: "other" } },
        ],
        loose: [{ event: "pair", step: "f", input: {}, on_parent_end: "abandon" }],
      },
    },
    /** A part of a booking, which is undone before it. */
    stay: {
      sequences: {
        main: [
          { event: "call", step: "x", input: {}, undo: undo("x") },
          { event: "call", step: "y", input: {}, delay: 2000, retries: 1 },
        ],
      },
    },
    each: forEach(false),
    each_may_fail: forEach(true),
    each_undone: undoneForEach(false),
    each_part_undone: undoneForEach(true),
    /** Its event refuses the second step when that step is started. */
    hopeless: {
      sequences: {
        main: [
          { event: "call", input: {}, allow_fail: true },
          { event: "other", input: { nonsense: "$Now" }, allow_fail: true },
          { event: "call", step: "after", input: {}, retries: 2 },
        ],
      },
    },
  },
};

export const catalog = makeCatalog([product], registry);

/** The same with the limits of lines, and an event for each way to pass them. */
export function catalogWith(more: Record<string, Limit>, events: Record<string, string[]>): Catalog {
  const known = (names: string[]) => names.filter((name) => name in more);
  const jobs = Object.fromEntries(Object.entries(events).map(([tag, names]) => [tag, limitedCall(...known(names))]));
  const settled = { ...jobs.settled, debounce: product.jobs.soon?.debounce };
  const own = { ...product, limits: { ...limits, ...more }, jobs: { ...product.jobs, ...jobs, settled } };
  return makeCatalog([own as Product], registry);
}
