import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import type { Marked } from "./executions.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import { eachEvents, eachPageSize } from "./product.ts";

interface Ended {
  system: {
    jobs: { all(): Job[]; peek(id: string): Job | undefined };
    load(stored: Stored): unknown;
    isKept(stored: Stored): boolean;
  };
  ledger: Ledger;
}

const step = "main.call";

/** Of a step for each item that has completed, each item has its place in the result, with what its job says. */
export function listsAreWhole({ system, ledger: { observer, lifeOf } }: Ended) {
  const { jobs } = system;
  for (const feature of jobs.all()) {
    if (!(eachEvents as readonly string[]).includes(feature.event)) continue;
    const list = jobs.peek(stepJobId(feature, step));
    if (list?.status !== "completed" || !list.result || !list.list || !system.isKept(list.result)) continue;
    const violated = (what: string) => observer.violated("items", `${nameOf(list)} ${what}`);
    const results = system.load(list.result) as Entry[];
    const { items } = list.list;
    if (results.length !== items) violated(`has ${results.length} results of ${items} items`);
    observer.cover(items > eachPageSize ? "a list with pages completes" : "a list without pages completes");
    for (const [index, result] of results.entries()) {
      const item = itemOf(jobs, list, index);
      // Somebody has deleted it, or its page, or has retried it by hand since.
      if (!item || lifeOf(item.id).wasDeleted || item.retried_after !== undefined) continue;
      if (!isFinished(item)) violated(`has ended before its item ${index}`);
      if (item.status === "completed" && item.result && system.isKept(item.result)) {
        const own = system.load(item.result) as Marked;
        if (result.claim !== own.claim) violated(`has another result of item ${index} than its job`);
      } else if (item.status !== "completed") {
        observer.cover("an item has failed, and its list completes");
        if (feature.event === "each") violated(`has completed although item ${index} is ${item.status}`);
        if (!result.error) violated(`does not say that item ${index} has failed`);
      }
    }
  }
}

type Entry = Partial<Marked> & { error?: unknown };

/** The job of an item, by the rule of its name. */
function itemOf({ peek }: Ended["system"]["jobs"], list: Job, index: number): Job | undefined {
  const items = list.list?.items ?? 0;
  const name = `${step}[${index}]`;
  if (items <= eachPageSize) return peek(stepJobId(list, name));
  const from = index - (index % eachPageSize);
  const page = peek(stepJobId(list, `${step}[${from}-${Math.min(from + eachPageSize, items) - 1}]`));
  return page && peek(stepJobId(page, name));
}
