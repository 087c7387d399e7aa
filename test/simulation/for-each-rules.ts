import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId, undoJobId } from "../../lambdas/core/job/job-id.ts";
import { childCountOf, childIdOf, isList } from "../../lambdas/core/job/list.ts";
import type { Marked } from "./executions.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import { eachEvents, eachPageSize, undoneEvents } from "./product.ts";

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

/** Of a run that has ended in vain, each item that has completed was undone once, and no other one. */
export function itemsAreUndone(ended: Ended) {
  const { system, ledger } = ended;
  const { jobs, load, isKept } = system;
  const { observer, lifeOf } = ledger;
  for (const feature of jobs.all()) {
    if (!(undoneEvents as readonly string[]).includes(feature.event)) continue;
    if (feature.status !== "failed" && feature.status !== "cancelled") continue;
    if (!feature.undoes || feature.rolled_back?.error || feature.reason === "by force") continue;
    const list = jobs.peek(stepJobId(feature, step));
    const undo = jobs.peek(undoJobId(feature, step));
    // A caller has deleted or retried them since.
    const isTouched = (job: Job) => lifeOf(job.id).wasDeleted || job.retried_after !== undefined;
    const isDone = undo
      ? undo.status === "completed" && isWhole(undo, ended)
      : !lifeOf(undoJobId(feature, step)).isDeleted;
    if (!list || isTouched(list) || (undo && isTouched(undo))) continue;
    const violated = (what: string) => observer.violated("items", `${nameOf(feature)} ${what}`);
    const isOfUndo = (job: Job): boolean => {
      const parent = job.parent && jobs.peek(job.parent.message.job_id);
      return parent !== undefined && (parent.id === undo?.id || (parent.list !== undefined && isOfUndo(parent)));
    };
    const undos = jobs.all().filter((job) => undo && !job.list && isOfUndo(job) && isKept(job.input));
    const places = undos.map(({ input }) => (load(input) as { query: { of: number } }).query.of);
    if (new Set(places).size < places.length) violated("undoes an item twice");
    for (let index = 0; index < (list.list?.items ?? 0); index++) {
      const item = itemOf(jobs, list, index);
      const page = item?.parent && jobs.peek(item.parent.message.job_id);
      // A page that a caller retries goes on with its items.
      if (!item || isTouched(item) || !page || isTouched(page)) continue;
      const isUndone = places.includes(index);
      if (isUndone && item.status !== "completed") violated(`undoes its item ${index}, which is ${item.status}`);
      if (!isUndone && item.status === "completed" && isDone)
        violated(`does not undo its item ${index}, which has completed`);
      if (isUndone) observer.cover(`an item is undone of a step that is ${list.status}`);
    }
    const inVain = undos.some((job) => job.status !== "completed" && !isTouched(job));
    if (inVain && undo?.status === "completed") violated("says that all items are undone");
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

/** Whether nobody has deleted a job of a list, or one of its pages. */
function isWhole(list: Job, ended: Ended): boolean {
  if (!isList(list)) return true;
  const { system, ledger } = ended;
  const ids = Array.from({ length: childCountOf(list.list) }, (_, child) => childIdOf(list, child));
  return ids.every((id) => {
    const child = system.jobs.peek(id);
    return child ? isWhole(child, ended) : !ledger.lifeOf(id).isDeleted;
  });
}
