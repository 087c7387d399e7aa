import * as z from "zod";
import { duration } from "../kernel/duration.ts";
import { strict } from "../kernel/schema.ts";
import { EventTag, Tag } from "../kernel/tag.ts";
import { SecureUrl } from "./reference-schema.ts";

/** Alerts and receivers of a product. */
const mostAlerts = 50;

const hour = 3_600_000;
const day = 24 * hour;
const alertBounds = {
  window: { least: 60_000, most: day },
  remind: { least: 10 * 60_000, most: 30 * day },
  escalate: { least: 60_000, most: 7 * day },
  within: { least: 60_000, most: 7 * day },
} as const;
const between = ({ least, most }: { least: number; most: number }) => duration(least, most);

/** Who is told: a channel of Slack or a webhook by its URL, or an event of the product with an input in which `$Alert{...}` stands for what is said. */
export const Receiver = z.union(
  [
    strict({ slack: SecureUrl }),
    strict({ webhook: SecureUrl }),
    strict({ event: EventTag, input: z.record(z.string(), z.unknown()) }),
  ],
  {
    error: ({ input }) =>
      typeof input === "object" && input !== null && ["slack", "webhook", "event"].some((field) => field in input)
        ? undefined
        : "must have `slack` or `webhook` with a URL, or an `event` with its `input`",
  },
);
export type Receiver = z.input<typeof Receiver>;

const Names = z.array(Tag).min(1).max(10);

/** What every alert says. */
const common = {
  description: z.string().optional(),
  /** The receivers that are told. */
  notify: Names,
  /** How often they are told again while it goes on, 10 minutes to 30 days. Default: never. */
  remind: between(alertBounds.remind).optional(),
  /** Who is told as well if it has gone on for so long and nobody has resolved or ignored it. Default: nobody. */
  escalate: strict({ after: between(alertBounds.escalate), notify: Names }).optional(),
};

export const Alert = z.discriminatedUnion("when", [
  /** Attempts fail for a cause for which none has failed lately. */
  strict({
    when: z.literal("new_cause"),
    /** Default: every env of the product. */
    envs: z.array(Tag).min(1).optional(),
    /** A cause that has not failed for three of these is over, 1 minute to a day. Default: 10 minutes. */
    window: between(alertBounds.window).optional(),
    ...common,
  }),
  /** No run of a schedule has completed so long after a planned time. */
  strict({
    when: z.literal("not_completed"),
    /** The name of the schedule, in each of its envs. */
    schedule: Tag,
    within: between(alertBounds.within),
    ...common,
  }),
  /** Of the runs of some events that have ended within a time, more than a part has failed. */
  strict({
    when: z.literal("failure_rate"),
    /** Default: every env of the product. */
    envs: z.array(Tag).min(1).optional(),
    events: z.array(EventTag).min(1).max(20),
    /** The part that may fail, 0 to 1: with 0.1, it is told when more than a tenth fails. */
    over: z.number().min(0).lt(1, "is a part of the runs, from 0 to 1: 10 percent is 0.1"),
    /** Fewer runs than so many say nothing. Default: 20. */
    of_at_least: z.int().min(1).max(1_000_000).optional(),
    /** The time that is looked back, 1 minute to a day. Default: 15 minutes. */
    window: between(alertBounds.window).optional(),
    ...common,
  }),
  /** What the jobs of an env have used in a month of UTC costs more than a part of a budget, by list prices. */
  strict({
    when: z.literal("cost_above"),
    /** Default: every env of the product. Each env has the budget for itself. */
    envs: z.array(Tag).min(1).optional(),
    /** The budget of a month, in US dollars. */
    usd: z.number().gt(0, "must be more than 0 dollars").max(1_000_000_000),
    /** The part of it that is told first, 0.1 to 1. Default: 0.8. */
    warn_at: z.number().min(0.1).max(1, "is a part of the budget, from 0.1 to 1: 80 percent is 0.8").optional(),
    ...common,
  }),
]);
export type Alert = z.input<typeof Alert>;

const bounded = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .record(Tag, entry)
    .refine((all) => Object.keys(all).length <= mostAlerts, { error: `must be at most ${mostAlerts} ${what}` });

export const Alerts = bounded(Alert, "alerts");
export const Receivers = bounded(Receiver, "receivers");
