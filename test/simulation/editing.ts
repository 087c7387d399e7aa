import { definitionId, definitionOf } from "../../lambdas/core/catalog/feature-definition.ts";
import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { changeJob, retry } from "../../lambdas/core/operations/change-job.ts";
import { migrateJob } from "../../lambdas/core/operations/migrate-job.ts";
import type { World } from "./adversary.ts";
import { drawn, type Editing, type Edition, editedEvent, goneEvent } from "./editions.ts";
import type { Step } from "./feature-rules.ts";
import { nameOf } from "./ledger.ts";
import { canary } from "./observer.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** The most calls of a request that changes a run: each of its steps is read. */
const mostCalls = 60;

/**
 * Runs of the feature, deployments that change it meanwhile, and people who move a run to what is deployed, or retry it by that. The last
 * deployment has all events, so that every run can end.
 */
export function editing(
  world: World,
  system: System,
  { create, isChanging }: { create: (request: Request) => Promise<void>; isChanging: boolean },
  edits: Editing,
) {
  const { time, hardship, observer } = world;
  const { random } = edits;
  const editions = new Map<string, Edition>();
  /** The runs that somebody has asked to go on by another definition. */
  const moved = new Set<string>();
  /** The jobs that somebody has deleted. */
  const deleted = new Set<string>();

  const deploy = (number: number) => {
    const edition = drawn(random, number);
    editions.set(definitionId(definitionOf(edits.deploy(edition))), edition);
    observer.note(() => `deployed: ${edition.number}, ${JSON.stringify(edition.steps)}`);
    observer.cover("a feature is deployed anew");
  };
  deploy(0);
  let at = 0;
  const last = random.int(3, 7);
  for (let n = 1; n <= last; n++) {
    at += random.pick([5000, 20_000, 60_000, 120_000]);
    // Those with an even number have all events.
    time.after(at, () => deploy(n === last ? 2 * n : n));
  }

  for (let n = random.int(3, 6); n > 0; n--) {
    time.after(random.int(0, 240_000), () => {
      void create(
        featureRequest(random, hardship, { event: editedEvent, input: { secret: canary }, key: `edited ${n}` }),
      );
    });
  }

  async function move(id: string): Promise<void> {
    const { services, end } = system.invoke("change", "migration");
    try {
      const job = await services.jobs.get(id);
      moved.add(id);
      if (job) await migrateJob(services, job, { caller: { actor: "k:0000000000000000" }, dryRun: false });
      observer.cover("a run goes on by what is deployed");
    } catch (error) {
      if (error instanceof RequestError) observer.cover(`a run stays with its definition: ${error.code}`);
    } finally {
      end(mostCalls);
    }
  }

  async function again(id: string, definition: "current" | undefined): Promise<void> {
    const { services, end } = system.invoke("retry", "retry of an edited run");
    try {
      if (definition) moved.add(id);
      await changeJob(services, id, retry(0, { definition }));
      observer.cover(`an edited run is retried by ${definition ? "what is deployed" : "its definition"}`);
    } catch {
      // It is over, or AWS refuses: nobody asks again.
    } finally {
      end(mostCalls);
    }
  }

  if (isChanging) {
    for (let i = random.int(0, 4); i > 0; i--) {
      time.after(random.int(5000, 400_000), () => {
        const open = system.jobs.all().filter((job) => job.event === editedEvent && !isFinished(job));
        if (open.length > 0) void move(random.pick(open).id);
      });
    }
    // And while a decision is under way.
    let during = random.int(0, 12);
    system.onWrite(({ before, after }) => {
      const isClaimed = after?.event === editedEvent && after.claim_id !== undefined && before?.claim_id === undefined;
      if (!isClaimed || during === 0 || random.chance(0.5)) return;
      during--;
      time.after(random.int(0, 5), () => void move(after.id));
    });
    // And while steps of it run, by whose order the next definition may not go.
    let running = random.int(0, 8);
    system.onWrite(({ after }) => {
      const run = after?.status === "running" && after.parent ? after.parent.message.job_id : undefined;
      if (run === undefined || running === 0 || system.jobs.peek(run)?.event !== editedEvent) return;
      running--;
      time.after(random.int(0, 500), () => void move(run));
    });
  }
  let retries = isChanging ? random.int(0, 4) : 0;

  const editionOf = ({ definition }: Job) => (definition === undefined ? undefined : editions.get(definition));

  /** A step is one of the definition that its run has, made by what that says, and after what that says. */
  function checkStep(step: Job, run: Job) {
    // Its decider stood still until its run had been deleted and made again under the same id. It cancels itself, as it is none of this run's.
    if (step.parent && step.id !== stepJobId({ ...run, run: step.parent.message.run }, step.parent.step))
      return observer.cover("a step of a run that was deleted, and made again under its id");
    // Its decider stood still for longer than its lease, until the run had failed and was retried, perhaps by another definition.
    if ((step.parent?.message.attempt ?? 0) < run.attempt) return observer.cover("a step of an attempt that is over");
    const violated = (what: string) => observer.violated("edited", `${nameOf(step)} (${step.parent?.step}) ${what}`);
    const edition = editionOf(run);
    if (!edition) return violated("was started for a run without a definition");
    const places = placesOf(edition);
    const place = places.find(({ key }) => key === step.parent?.step);
    if (!place) return violated(`is no step of edition ${edition.number}`);
    const input = system.load(step.input) as { body?: { edition?: number } };
    if (input.body?.edition !== edition.number)
      violated(`has the input of edition ${input.body?.edition}, and its run is of ${edition.number}`);
    if (step.event !== place.step.event) violated(`is ${step.event}, and not ${place.step.event}`);
    for (const need of place.needs) {
      const { step: needed } = places.find(({ key }) => key === need) ?? {};
      const job = system.jobs.peek(stepJobId(run, need));
      const isUnseen = deleted.has(stepJobId(run, need)) || needed?.wait !== undefined;
      if (!isUnseen && !(job && isFinished(job))) violated(`was started before ${need} had ended`);
    }
  }

  /** A step whose event is gone waits, also where its job is made: the last deployment has it again. */
  function checkLoss(step: Job) {
    if (step.status === "failed" && step.error?.message.startsWith("The catalog no longer has "))
      observer.violated("edited", `${nameOf(step)} has failed for want of its event`);
    if (step.snoozes && edits.catalog().lookup(step.product, step.event) === undefined)
      observer.cover("the job of a step waits for its event");
  }

  /** A run is moved only to a definition by whose order its steps have begun. */
  function checkMove(run: Job) {
    const open = (key: string) => {
      const step = system.jobs.peek(stepJobId(run, key));
      return step !== undefined && !isFinished(step);
    };
    for (const { key, needs } of placesOf(editionOf(run) ?? { number: 0, steps: [] })) {
      const step = system.jobs.peek(stepJobId(run, key));
      const early = step && step.status !== "failed" && step.status !== "cancelled" ? needs.filter(open) : [];
      if (early.length > 0)
        observer.violated(
          "edited",
          `${nameOf(run)} was moved while ${key} has begun, and ${early} before it has not ended`,
        );
    }
  }

  /** A run completes when every step of its definition has run. */
  function checkEnd(run: Job) {
    const edition = editionOf(run);
    if (!edition) return observer.violated("edited", `${nameOf(run)} has completed without a definition`);
    observer.cover(edition.number === last * 2 ? "an edited run completes" : "a run of an older edition completes");
    for (const { key, step } of placesOf(edition)) {
      const id = stepJobId(run, key);
      const job = system.jobs.peek(id);
      if (step.wait || deleted.has(id)) continue;
      if (!job) observer.violated("edited", `${nameOf(run)} has completed without ${key} of edition ${edition.number}`);
      // One that has failed, which it may, is what the run goes on by, also where a caller retries it after that.
      else if (!isFinished(job) && job.retried_after === undefined)
        observer.violated("edited", `${nameOf(run)} has completed while ${key} is ${job.status}`);
    }
  }

  /** A run fails for a step of its definition that may not fail. */
  function checkFailure(run: Job) {
    const [, named] = /^Step (.+?) failed: /.exec(run.error?.message ?? "") ?? [];
    const place = placesOf(editionOf(run) ?? { number: 0, steps: [] }).find(({ key }) => key === named);
    if (!named || run.definition === undefined) return;
    if (!place) observer.violated("edited", `${nameOf(run)} has failed for ${named}, which its definition has not`);
    if (place?.step.allow_fail) observer.violated("edited", `${nameOf(run)} has failed for ${named}, which may fail`);
    observer.cover("an edited run fails for a step");
  }

  system.onWrite(({ before, after }) => {
    if (before && !after) deleted.add(before.id);
    if (!after) return;
    const run = after.parent && system.jobs.peek(after.parent.message.job_id);
    if (!before && run?.event === editedEvent) checkStep(after, run);
    if (run?.event === editedEvent && after.event === goneEvent) checkLoss(after);
    if (after.event !== editedEvent) return;
    const isOther = before?.definition !== undefined && before.definition !== after.definition;
    if (isOther && !moved.has(after.id))
      observer.violated("edited", `${nameOf(after)} has another definition than before`);
    if (isOther && after.by?.change === "migrate" && after.by.at !== before.by?.at) checkMove(after);
    if (before?.status === "running" && after.status === "completed") checkEnd(after);
    if (before?.status !== "running" || after.status !== "failed") return;
    checkFailure(after);
    if (retries-- <= 0) return;
    const definition = random.pick(["current", undefined] as const);
    time.after(random.int(10, 60_000), () => void again(after.id, definition));
  });
}

interface Place {
  key: string;
  step: Step;
  needs: string[];
}

const placesOf = ({ steps }: Edition): Place[] =>
  steps.map((step, i) => {
    const before = steps[i - 1]?.step;
    const needs = step.depends_on ?? (before === undefined ? [] : [before]);
    return { key: `main.${step.step}`, step, needs: needs.map((name) => `main.${name}`) };
  });
