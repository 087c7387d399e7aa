import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { CatalogSchedule } from "../../lambdas/core/catalog/job-type.ts";
import { schedulesHash } from "../../lambdas/core/catalog/schedules.ts";
import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { scheduleJobId } from "../../lambdas/core/job/job-id.ts";
import type { SyncedSchedules } from "../../lambdas/core/ports/schedule-states.ts";
import { fakeScheduleStates } from "../support/fakes/schedule-states.ts";
import type { Deployed, World } from "./adversary.ts";
import { differs } from "./as-asked.ts";
import { isSame, isWaiting, type Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";
import { large } from "./outcomes.ts";
import { product } from "./product.ts";
import { type Random, seeded } from "./random.ts";
import { isOccurrence } from "./series-rules.ts";
import type { Write } from "./write.ts";

/** A history whose deployments change the schedules of the catalog. */
export interface Deployments extends Deployed {
  /** Deploys other schedules a few times, and in the end none, so that the history ends. */
  begin(world: Pick<World, "time" | "hardship">, system: Kept, ledger: Ledger): void;
}

/** The jobs of the system, and their inputs. */
interface Kept {
  jobs: { peek(id: string): Job | undefined };
  load(stored: Stored): unknown;
  isKept(stored: Stored): boolean;
}

const isSeed = (seed: number): boolean => seed % 32 === 22;

/** The limits that each event passes, as product.ts has them. */
const limitsOf: Record<string, string[]> = {
  call: [],
  other: [],
  slotted: ["slots"],
  both: ["both"],
  pair: [],
};
const names = ["report", "reminder", "cleaning"];

type Schedules = Record<string, CatalogSchedule>;

/** Few histories have deployments, so that the others stay as they are. */
export function deploymentsOf(seed: number): Deployments | undefined {
  if (!isSeed(seed)) return undefined;
  const random = seeded(seed ^ 0xde91_0000);
  const kept = fakeScheduleStates();
  /** What each hash stands for. */
  const known = new Map<string, Schedules>();
  let catalog = makeCatalog([product], registry);
  let look: ((schedules: Schedules) => void) | undefined;
  const hash = () => schedulesHash(catalog.products);
  return {
    catalog: () => catalog,
    hash,
    states: {
      get: kept.get,
      async put(state: SyncedSchedules) {
        await kept.put(state);
        const schedules = known.get(state.hash);
        if (schedules) look?.(schedules);
      },
    },
    begin({ time, hardship }, system, ledger) {
      const { observer, touched } = ledger;
      look = (schedules) => {
        observer.cover("the schedules of a deployment are followed");
        for (const name of names) {
          const job = system.jobs.peek(scheduleJobId("sim", "e", name));
          if (job && touched.has(job.id)) continue;
          const schedule = schedules[name];
          const wrong = schedule ? faultsOf(job, schedule, system) : faultsOfRemoved(job);
          if (wrong.length > 0) observer.violated("schedules", `the job of ${name} has another ${wrong.join(", ")}`);
        }
      };
      const deploy = (schedules: Schedules) => {
        catalog = makeCatalog([{ ...product, schedules }], registry);
        known.set(hash(), schedules);
        touched.clear();
        observer.note(() => `deployed: ${JSON.stringify(schedules)}`);
      };
      let [at, schedules] = [0, {} as Schedules];
      for (let i = random.int(2, 6); i > 0; i--) {
        const next = drawn(random, schedules, hardship.large);
        schedules = next;
        time.after(at, () => deploy(next));
        at += random.pick([20_000, 90_000, 200_000, 500_000]);
      }
      time.after(at, () => deploy({}));
    },
  };
}

/** The next schedules: of each name the one before, another one, or none. */
const drawn = (random: Random, before: Schedules, part: number): Schedules =>
  Object.fromEntries(
    names.flatMap((name) => {
      const kept = before[name];
      const what = random.pick(["kept", "other", "other", "none"]);
      if (what === "none") return [];
      return [[name, what === "kept" && kept ? kept : schedule(random, part)]];
    }),
  );

function schedule(random: Random, part: number): CatalogSchedule {
  const event = random.pick(Object.keys(limitsOf));
  const pad = random.chance(part) ? { pad: large } : {};
  return {
    event,
    env: "e",
    input: event === "pair" ? { secret: canary, ...pad } : { body: { secret: canary, n: random.int(0, 1), ...pad } },
    retries: random.int(0, 2),
    timeout_ms: random.int(500, 5000),
    overlap: random.pick(["skip", "queue"]),
    ...(random.chance(0.6) ? { every: random.pick([20_000, 60_000, 240_000]) } : { cron: "*/5 * * * *" }),
    ...(random.chance(0.3) && { labels: [random.pick(["some", "more"])] }),
  };
}

/** In which fields the job of a schedule is not what a new one would be. */
function faultsOf(job: Job | undefined, schedule: CatalogSchedule, { load, isKept }: Kept): string[] {
  if (!job || isFinished(job)) return ["end"];
  const { env: _env, overlap, every, cron, ...fields } = schedule;
  const repeat = { overlap, ...(every !== undefined && { every }), ...(cron !== undefined && { cron }) };
  const request = { ...fields, product_tag: "sim", env: "e", start_at: 0, repeat };
  // The time of its run is no part of what it is.
  const others = differs(job, request as unknown as Parameters<typeof differs>[1], job.due_at, { load, isKept });
  const limits = (job.gates ?? []).map(({ limit }) => limit);
  return [
    ...others.filter((field) => field !== "due_at"),
    ...(isSame(limits, limitsOf[schedule.event]) ? [] : ["gates"]),
    ...(job.expires_at === undefined ? [] : ["expires_at"]),
    ...(isPlanned(job) && job.repeat && !isOccurrence(job.repeat, job.scheduled_at) ? ["occurrence"] : []),
  ];
}

/** A run that somebody has moved keeps its time. */
const isPlanned = (job: Job): boolean => isWaiting(job) && job.attempt === 1 && !job.moved;

const faultsOfRemoved = (job: Job | undefined): string[] => (job && !isFinished(job) ? ["end"] : []);

const people: readonly string[] = ["api", "change", "retry", "delete"];

/** What people have changed is as they want it, until the next deployment. */
export function noteTouched({ touched }: Ledger, { by, after }: Write) {
  if (after.schedule && people.includes(by.purpose)) touched.add(after.id);
}

/** Whether a write makes the job of a schedule what a deployment wants it to be. */
export const isRedefined = ({ by, before }: Write): boolean =>
  by.purpose === "reconciler" && before?.schedule !== undefined;
