import { ownValue } from "../../../core/catalog/catalog.ts";
import type { ProductEvent } from "../../../core/catalog/job-type.ts";
import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import type { StepCredentials } from "../../../core/job/credential-placeholder.ts";
import { type Job, jobMessageOf, type ListPart, type Parent } from "../../../core/job/job.ts";
import { JobError, placed } from "../../../core/job/job-error.ts";
import { stepJobId } from "../../../core/job/job-id.ts";
import { childCountOf, childOf, isPaged, listEventOf, slicesBelow, slicesOf } from "../../../core/job/list.ts";
import { childTrace } from "../../../core/job/spans.ts";
import { waiting } from "../../../core/job/transitions.ts";
import { defined, pick } from "../../../core/kernel/defined.ts";
import { inParallel } from "../../../core/kernel/in-parallel.ts";
import { largestRequest } from "../../../core/kernel/sizes.ts";
import { changeJob, revive } from "../../../core/operations/change-job.ts";
import { forgetPayload, load, storePayload } from "../../../core/operations/payload.ts";
import { scheduleMade } from "../../../core/operations/schedule-job.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { inputsPrefix } from "../../../topology.ts";
import type { CredentialPlaceholders } from "./credential-placeholders.ts";
import { feature } from "./definition.ts";
import { type Places, placesIn } from "./places.ts";
import { type JobOptions, jobOptions, messageAttemptOf, parentOfStep, presentOf } from "./start-step.ts";
import { unusable } from "./step-faults.ts";
import { concurrencyOf, type JobStep } from "./steps.ts";
import { type ForEach, itemLimits, itemNames } from "./target.ts";

/** The items of a step, and what their inputs are made of. */
export interface ItemsToRun {
  values: unknown[];
  scope: Scope;
}

/** The input of a job that runs items: all that it needs of its step, so that it goes on whatever is deployed meanwhile. */
export interface ListInput {
  step: JobOptions;
  /** Items may fail. */
  allow_fail: boolean;
  concurrency: number;
  /** The inputs of its items. Absent if it runs pages. */
  inputs?: Record<string, unknown>[];
  /** The key below which the inputs of its pages are. */
  slices?: string;
  credentials?: StepCredentials;
  /** Its items undo those of a step. */
  undo?: UndoneItems;
}

/** Which items of a step a list undoes. */
export interface UndoneItems {
  places: Places;
  /** Those of which the input of the undo could not be made: how many, and why the first one. */
  unmade?: { items: number; error: AttemptError };
}

/** The most bytes of JSON of the inputs of a page, which are read by each of its decisions, and of all items of a step. */
export const mostInputBytes = { page: largestRequest, list: 64_000_000 };

/** How many pages are written at a time. */
const atOnce = 8;

/** The items of a step as of now. Throws a JobError if they are no list, or too many. */
export function itemsToRun({ items, max = itemLimits.items }: ForEach, scope: Scope): ItemsToRun {
  const values = resolve(items, scope);
  if (!Array.isArray(values)) throw unusable("The items of the step are no list");
  if (values.length > max) throw unusable(`The list has ${values.length} items, and the step takes ${max} at most`);
  return { values, scope };
}

/** The input of an item. What the list brings in is data, and is never evaluated. Throws a JobError if it cannot be made. */
export function inputOf({ input = {}, for_each }: JobStep, { values, scope }: ItemsToRun, index: number) {
  const each = { [for_each?.as ?? itemNames.usual]: values[index], [itemNames.index]: index };
  try {
    return resolve(input, { ...scope, each }) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    throw placed(error, `Item ${index}`);
  }
}

interface ListToStart {
  key: string;
  step: JobStep;
  items: ItemsToRun;
  /** Epoch milliseconds. */
  startAt: number;
  pageSize: number;
}

/**
 * Starts the job that runs the items of a step, or returns the one that was started before: that one keeps the items that it began with.
 * The inputs are made now, a page at a time, so that no later decision reads the whole list. Throws a JobError if one cannot be made.
 */
export async function startList(
  services: ConsumerServices,
  job: Job,
  { key, step, items, startAt, pageSize }: ListToStart,
  placeholders: CredentialPlaceholders,
): Promise<Job> {
  const list: ListPart = { step: key, from: 0, items: items.values.length, page_size: pageSize };
  const event = eventOfItems(services, job, step);
  const taken = takenInputs(event, placeholders);
  const inputsOf = (part: ListPart) =>
    taken.take(
      part,
      Array.from({ length: part.items }, (_, i) => inputOf(step, items, part.from + i)),
    );
  const asked: ListInput = {
    step: defined(pick(step, jobOptions)) as JobOptions,
    allow_fail: step.allow_fail ?? false,
    concurrency: concurrencyOf(step.for_each ?? { items: [] }),
  };
  const id = stepJobId(job, key);
  const inputKey = inputKeyOf(id);
  if (isPaged(list)) {
    asked.slices = slicesBelow(inputKey);
    const pages = Array.from({ length: childCountOf(list) }, (_, page) => page);
    await inParallel(atOnce, pages, (page) =>
      putSlice(services, asked.slices ?? "", page, inputsOf(childOf(list, page).part)),
    );
  } else asked.inputs = inputsOf(list);
  Object.assign(asked, taken.credentials());
  const parent = parentOfStep(job, { key, step });
  return startWhole(services, job, { id, inputKey, list, parent, startAt, of: event }, asked);
}

/** Takes the inputs of a list, page by page, with the credentials that they refer to. Throws a JobError if they are too large. */
export function takenInputs(event: ProductEvent | undefined, placeholders: CredentialPlaceholders) {
  const found: StepCredentials[] = [];
  let left = mostInputBytes.list;
  return {
    take(part: Pick<ListPart, "from" | "items">, inputs: Record<string, unknown>[]) {
      const bytes = Buffer.byteLength(JSON.stringify(inputs));
      left -= bytes;
      if (bytes > mostInputBytes.page || left < 0) throw listTooLarge(part, bytes > mostInputBytes.page);
      const own = event && placeholders.in({ input: { inputs }, event });
      if (own) found.push(own);
      return inputs;
    },
    credentials(): Pick<ListInput, "credentials"> {
      const [first] = found;
      return first ? { credentials: { ...first, keys: [...new Set(found.flatMap(({ keys }) => keys))] } } : {};
    },
  };
}

interface WholeList extends Pick<Made, "id" | "list" | "parent" | "startAt"> {
  /** Where its input is stored, and below it those of its pages. */
  inputKey: string;
  /** The event of its items, if the catalog has it. */
  of: ProductEvent | undefined;
}

/** Starts the job of a list, or returns the one that was started before. */
export async function startWhole(
  services: ConsumerServices,
  job: Job,
  { of, inputKey, ...whole }: WholeList,
  asked: ListInput,
): Promise<Job> {
  const made = { ...whole, redact: hiddenIn(of), event: listEventOf(job.event, whole.list.step) };
  const list = { ...listJob(services, job, made), input: await storePayload(services.blobs, inputKey, asked) };
  const started = await startMade(services, job, list);
  // An earlier decision has started it, with inputs that stay those of its pages.
  const needed = new Set(slicesOf(started));
  const unneeded = slicesOf(list).filter((slice) => !needed.has(slice));
  await inParallel(atOnce, unneeded, (blob) => forgetPayload(services, { blob, bytes: 0 }));
  return started;
}

export const putSlice = ({ blobs }: Pick<ConsumerServices, "blobs">, slices: string, page: number, inputs: unknown) =>
  blobs.put(`${slices}${page}`, Buffer.from(JSON.stringify(inputs)), "application/json");

/** The inputs of a page. Throws a JobError NOT_FOUND if they are gone. */
const sliceOf = ({ blobs }: Pick<ConsumerServices, "blobs">, slices: string, page: number): Promise<unknown> =>
  load(blobs, { blob: `${slices}${page}`, bytes: 0 });

const listTooLarge = ({ from, items }: Pick<ListPart, "from" | "items">, isPage: boolean) =>
  unusable(
    isPage
      ? `The inputs of the items ${from} to ${from + items - 1} have more than ${mostInputBytes.page} bytes of JSON together: pass ids instead of what they stand for`
      : `The inputs of all items have more than ${mostInputBytes.list} bytes of JSON together: pass ids instead of what they stand for`,
  );

/** The event of the items in the present catalog. Undefined if that has lost it: the items wait for it then. */
export function eventOfItems(
  { catalog }: Pick<ConsumerServices, "catalog">,
  job: Job,
  { event, app }: JobStep,
): ProductEvent | undefined {
  const product = catalog.products.find(({ tag }) => tag === job.product);
  const [named] = product ? eventsNamed(product, catalog.registry, event, app) : [];
  return named && product && ownValue(product.jobs, named.tag);
}

/** What the event of the items hides of their inputs and results is hidden in those of the list too. */
const hiddenIn = (event: ProductEvent | undefined): string[] | undefined => {
  const hidden = (event?.redact ?? []).flatMap((pointer) => [`/inputs/*${pointer}`, `/*${pointer}`]);
  return hidden.length > 0 ? hidden : undefined;
};

export const inputKeyOf = (id: string): string => `${inputsPrefix}${id}/${crypto.randomUUID()}`;

interface PageToStart {
  page: number;
  asked: ListInput;
  slices: string;
  share: number;
}

/** Starts a page of a list, or returns the one that was started before, with the share that it got then. */
export async function startPage(
  services: ConsumerServices,
  job: Job & { list: ListPart },
  { page, asked, slices, share }: PageToStart,
): Promise<Job> {
  const { key, part } = childOf(job.list, page);
  const id = stepJobId(job, key);
  const begun = await services.jobs.get(id);
  const input =
    begun?.input ?? (await pageInput(services, id, askedOf(asked, part), await sliceOf(services, slices, page)));
  const parent = { message: jobMessageOf(job), step: key, share, ...presentOf(job) };
  const { event, redact } = job;
  const made = { id, list: part, parent, startAt: services.clock.now(), redact, event };
  return startMade(services, job, { ...listJob(services, job, made), input });
}

/** What a page is asked of what its list is. */
function askedOf({ undo, ...asked }: ListInput, part: ListPart): ListInput {
  return undo ? { ...asked, undo: { places: placesIn(undo.places, part) } } : asked;
}

/** Each page has its inputs itself, which are deleted with its job. */
function pageInput(
  { blobs }: Pick<ConsumerServices, "blobs">,
  id: string,
  { slices: _all, ...asked }: ListInput,
  inputs: unknown,
) {
  return storePayload(blobs, inputKeyOf(id), { ...asked, inputs });
}

interface Made {
  id: string;
  event: string;
  list: ListPart;
  parent: Parent;
  startAt: number;
  redact: string[] | undefined;
}

/** The job of a list or a page, which no request asks for. It takes the turn of its feature. */
function listJob(
  { clock, traces }: Pick<ConsumerServices, "clock" | "traces">,
  job: Job,
  made: Made,
): Omit<Job, "input"> {
  const { startAt, redact, ...own } = made;
  const now = clock.now();
  return {
    ...own,
    ...pick(job, ["product", "env", "retry_policy", "fairness_key", "request_id"]),
    ...defined({ redact, trace: childTrace(job, now, traces) }),
    type: "feature",
    status: waiting(startAt, now),
    run: 1,
    attempt: 1,
    due_at: startAt,
    scheduled_at: startAt,
    created_at: now,
    ...feature.defaults,
    fingerprint: own.id,
    version: 1,
    write_id: crypto.randomUUID(),
    claims: 0,
    attempts: [],
  };
}

async function startMade(services: ConsumerServices, job: Job, made: Job): Promise<Job> {
  const { id, parent, fingerprint } = made;
  if (!parent) throw new Error("a list has a feature");
  const child = await scheduleMade(services, made, { step: { job_id: id, parent }, fingerprint });
  return messageAttemptOf(child, job) < job.attempt ? changeJob(services, child.id, revive(parent)) : child;
}
