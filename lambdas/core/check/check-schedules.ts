import * as z from "zod";
import { makeCatalog } from "../catalog/catalog.ts";
import type { CatalogSchedule, Product, Registry } from "../catalog/job-type.ts";
import { mostSchedules, scheduleBodyOf, scheduleEnvs } from "../catalog/schedules.ts";
import { unreadReferences } from "../expressions/template-faults.ts";
import type { Fault } from "../kernel/errors.ts";
import { RequestError } from "../kernel/request-error.ts";
import { jsonPointer } from "../kernel/schema.ts";
import { Tag } from "../kernel/tag.ts";
import { parseRequest } from "../requests/request.ts";

/** The shape of a product's schedules. What they ask for is checked as a request is. */
export const Schedules = z
  .record(
    Tag,
    z.looseObject({
      event: z.string(),
      env: z.union([z.string(), z.array(z.string()).min(1)]),
      description: z.string().optional(),
    }),
  )
  .refine((schedules) => Object.keys(schedules).length <= mostSchedules, {
    error: `must be at most ${mostSchedules} schedules`,
  });

/** Fields of a request that a schedule cannot have, and why. */
const without: Record<string, string> = {
  product_tag: "is the product that has the schedule",
  repeat: "is not used here: `cron` or `every`, and the other fields of a series, stand in the schedule itself",
  schedule: "is not used here: `cron` or `every`, and the other fields of a series, stand in the schedule itself",
  limit: "cannot be set: a schedule ends when it leaves the catalog",
  end_date: "cannot be set: a schedule ends when it leaves the catalog",
  endDate: "cannot be set: a schedule ends when it leaves the catalog",
  expires_at: "cannot be set: a schedule ends when it leaves the catalog",
  start_at: "cannot be set: a schedule starts when it is deployed",
  idempotency_key: "cannot be set: the name of a schedule identifies its job",
  session: "cannot be set: a schedule is made for nobody, and a token expires",
  task_token: "cannot be set: a task waits for one outcome, and a series has many",
};

/** Any time will do: whether a series is valid does not depend on it. */
const someTime = Date.UTC(2026, 0, 1);

/** The faults of a product's schedules, as of the requests that they make; pointers start with `prefix`. */
export function checkSchedules(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  const catalog = makeCatalog([product], registry);
  return Object.entries(product.schedules ?? {}).flatMap(([name, schedule]) => {
    const at = jsonPointer([...prefix, "schedules", name]);
    const excluded = Object.keys(schedule).filter((field) => Object.hasOwn(without, field));
    // A request without either would be for a one-time job, and one with both is taken to mean its cron.
    if ((schedule.cron === undefined) === (schedule.every === undefined))
      return [scheduleFault(at, "needs either cron or every")];
    if (excluded.length > 0) return excluded.map((field) => scheduleFault(`${at}/${field}`, without[field] as string));
    const faults = scheduleEnvs(schedule).flatMap((env, i) =>
      requestFaults(product, env, schedule, catalog).map(({ pointer, detail }) =>
        scheduleFault(
          at + (pointer === "/env" && typeof schedule.env !== "string" ? `/env/${i}` : inSchedule(pointer)),
          detail,
        ),
      ),
    );
    const unread = unreadReferences(schedule.input, [...prefix, "schedules", name, "input"]);
    return [...unique(faults), ...unread.map(({ path, detail }) => scheduleFault(jsonPointer(path), detail))];
  });
}

const scheduleFault = (pointer: string, detail: string): Fault => ({ pointer, detail });

function requestFaults(
  product: Product,
  env: string,
  schedule: CatalogSchedule,
  catalog: ReturnType<typeof makeCatalog>,
): Fault[] {
  try {
    parseRequest(scheduleBodyOf(product.tag, env, schedule), catalog, someTime);
    return [];
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // What an event whose target is missing takes is not known.
    const found = catalog.lookup(product.tag, schedule.event);
    const isOpen = found !== undefined && found.target === undefined;
    return error.faults.filter(({ pointer }) => !isOpen || !/^\/input(\/|$)/.test(pointer));
  }
}

/** The fields of a series stand in the schedule itself. */
const inSchedule = (pointer: string): string => pointer.replace(/^\/repeat(?=\/|$)/, "");

/** Several envs have the same faults. */
const unique = (faults: Fault[]): Fault[] =>
  faults.filter((one, i) => faults.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i);
