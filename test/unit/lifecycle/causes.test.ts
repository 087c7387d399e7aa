import type { Alert } from "../../../lambdas/core/catalog/alert-schema.ts";
import { failureGroupOf, utcDayOf } from "../../../lambdas/core/job/failure-group.ts";
import { causeId, mostOpen } from "../../../lambdas/core/job/incident.ts";
import { holding } from "../../../lambdas/core/job/pause.ts";
import { cancelled } from "../../../lambdas/core/job/transitions.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aPause } from "../../support/a-pause.ts";
import { alertProduct, alertWorld, failedAttempt, noticesIn } from "../../support/alerting.ts";
import { aJob, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { claim, lifeOf, written } from "../../support/lifecycle.ts";

const many = (count: number, at = noon) => Array.from({ length: count }, (_, n) => failedAttempt(at + n));

describe("failed attempts", () => {
  it("are one write a batch and cause, and one job a receiver", async () => {
    const { lifecycle, services } = alertWorld();
    const calls: string[] = [];
    const { add } = services.incidents;
    services.incidents.add = (occurrences, how) => {
      calls.push(`${occurrences.entries.length} of ${occurrences.subject.code}`);
      return add(occurrences, how);
    };
    await handleChanges(lifecycle, many(9));
    await handleChanges(lifecycle, [...many(40), failedAttempt(noon, { code: "TIMEOUT" })]);
    // A cause that is new is looked for first.
    expect(calls).toEqual([
      "9 of SERVICE_UNAVAILABLE",
      "9 of SERVICE_UNAVAILABLE",
      "40 of SERVICE_UNAVAILABLE",
      "1 of TIMEOUT",
      "1 of TIMEOUT",
    ]);
    expect(noticesIn(services.jobs.all())).toMatchObject([
      { kind: "opened", target: "apps/shop", code: "SERVICE_UNAVAILABLE", count: 9, opening: 1 },
      { kind: "grew", code: "SERVICE_UNAVAILABLE", count: 49 },
      { kind: "opened", code: "TIMEOUT", count: 1 },
    ]);
    expect(services.queue.sent).toHaveLength(3);
  });

  it("are told by jobs that nothing holds", async () => {
    const { lifecycle, services } = alertWorld();
    await handleChanges(lifecycle, many(1));
    const [told] = services.jobs.all();
    expect(told).toMatchObject({
      ...{ event: "alert/ops", type: "action", made_by: "alert", fairness_key: "alerts", retries: 8 },
      labels: [
        `incident:${causeId({ kind: "cause", target: "apps/shop", code: "SERVICE_UNAVAILABLE" })}`,
        "message:opened",
      ],
    });
    expect(told).not.toHaveProperty("gates");
    expect(told && holding([aPause({ product: "shop" })], told, noon)).toBeUndefined();
    expect(services.queue.sent).toMatchObject([{ type: "action", delaySeconds: 0, group: "shop:prd:alerts" }]);
    expect(JSON.stringify(told?.input)).not.toContain("It is down.");
  });

  it("of an env without an alert, of a job that tells, and cancelled ones are no calls", async () => {
    const { lifecycle, services } = alertWorld();
    const before = claim(aJob(), noon);
    services.incidents.add = async () => {
      throw new Error("nothing is to be counted");
    };
    await handleChanges(lifecycle, [
      ...lifeOf(),
      failedAttempt(noon, { env: "dev" }),
      failedAttempt(noon, { made_by: "alert" }),
      written({ before, after: cancelled(before, noon + 9, "by request") }),
    ]);
    expect(services.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("that are delivered again are not counted again, and what was not said is said", async () => {
    const { lifecycle, services } = alertWorld();
    const batch = many(3);
    const { send } = services.queue;
    services.queue.send = async () => {
      throw throttled();
    };
    expect(await handleChanges(lifecycle, batch)).toBe(0);
    services.queue.send = send;
    expect(await handleChanges(lifecycle, batch)).toBeUndefined();
    expect(services.incidents.all()).toMatchObject([{ count: 3, sent: 1 }]);
    expect(noticesIn(services.jobs.all())).toHaveLength(1);
    expect(services.queue.sent).toHaveLength(1);
  });

  it("are told though the one that died with them was followed by another one that is older than the end", async () => {
    const { lifecycle, services } = alertWorld();
    await handleChanges(lifecycle, many(1));
    const [found] = services.incidents.all();
    if (!found) throw new Error("there is no incident");
    await services.incidents.change(found, { state: "resolved", ended_at: noon + 10_000, base: 1 });
    const batch = [failedAttempt(noon + 20_000)];
    const { change } = services.incidents;
    services.incidents.change = async () => {
      throw throttled();
    };
    expect(await handleChanges(lifecycle, batch)).toBe(0);
    services.incidents.change = change;
    // Of another shard of the stream, which is late.
    await handleChanges(lifecycle, [failedAttempt(noon + 5000)]);
    await handleChanges(lifecycle, batch);
    expect(services.incidents.all()).toMatchObject([{ state: "open", opening: 2, sent: 1 }]);
  });

  it("do not hold up the stream where an alert has a fault", async () => {
    const { lifecycle, services } = alertWorld();
    services.incidents.add = async () => {
      throw new TypeError("a fault of ours");
    };
    expect(await handleChanges(lifecycle, many(1))).toBeUndefined();
  });

  it("of more causes than may be open are counted together", async () => {
    const { lifecycle, services } = alertWorld();
    for (let n = 0; n < mostOpen + 20; n++)
      await handleChanges(lifecycle, [failedAttempt(noon, { providerCode: `code_${n}` })]);
    const all = services.incidents.all();
    expect(all).toHaveLength(mostOpen + 1);
    expect(all.find(({ id }) => id === "other")).toMatchObject({ count: 20, state: "open" });
    expect(noticesIn(services.jobs.all()).filter(({ incident }) => incident === "other")).toHaveLength(2);
  });

  it("of before the first alert are no news until they have stopped", async () => {
    const { lifecycle, services } = alertWorld();
    const group = failureGroupOf({
      ...{ job_id: "job_1", event: "charge", type: "action", at: noon - 60_000, message: "It is down." },
      code: "SERVICE_UNAVAILABLE",
    });
    const failure = { product: "shop", env: "prd", day: utcDayOf(noon), group };
    await services.failures.add([counted(failure)]);
    await services.incidents.begin({ product: "shop", env: "prd" }, noon);
    await handleChanges(lifecycle, [...many(2000, noon + 1), failedAttempt(noon + 1, { code: "TIMEOUT" })]);
    expect(noticesIn(services.jobs.all())).toMatchObject([{ code: "TIMEOUT" }]);
    expect(services.incidents.all()[0]).toMatchObject({ state: "known", count: 2000 });
  });
});

describe("the failures of a tenant whose alerts no round of the reconciler has seen yet", () => {
  const before = { product: "shop", env: "prd" };

  it("are the beginning of its alerts", async () => {
    const { lifecycle, services } = alertWorld();
    await handleChanges(lifecycle, many(1));
    await services.incidents.begin(before, noon + 60_000);
    await handleChanges(lifecycle, [failedAttempt(noon + 120_000, { code: "TIMEOUT" })]);
    expect(await services.incidents.begun()).toEqual(new Map([["shop#prd", noon]]));
  });

  it("are told though a job that tells has failed so", async () => {
    const { lifecycle, services } = alertWorld();
    await handleChanges(lifecycle, many(1));
    await handleChanges(lifecycle, [failedAttempt(noon + 1, { code: "TIMEOUT", made_by: "alert", retries: 0 })]);
    await services.incidents.begin(before, noon + 60_000);
    await handleChanges(lifecycle, [failedAttempt(noon + 120_000, { code: "TIMEOUT" })]);
    expect(noticesIn(services.jobs.all())).toMatchObject([{ code: "SERVICE_UNAVAILABLE" }, { code: "TIMEOUT" }]);
  });

  it("are told though the process that counted them died before", async () => {
    const { lifecycle, services } = alertWorld();
    const batch = [failedAttempt(noon, { retries: 0 })];
    const { change } = services.incidents;
    services.incidents.change = async () => {
      throw new TypeError("killed");
    };
    await handleChanges(lifecycle, batch);
    services.incidents.change = change;
    await services.incidents.begin(before, noon + 60_000);
    await handleChanges(lifecycle, batch);
    expect(services.incidents.all()).toMatchObject([{ state: "open", count: 1, sent: 1 }]);
  });
});

describe("runs of events that a rate is asked of", () => {
  const alert: Alert = { when: "failure_rate", events: ["charge"], over: 0.1, of_at_least: 5, notify: ["ops"] };
  const rated = (events: string[]) => alertWorld(alertProduct({ alerts: { rate: { ...alert, events } } }));

  it("are one write a batch, each counted once", async () => {
    const { lifecycle, services } = rated(["charge"]);
    const calls: number[] = [];
    const { countRuns } = services.incidents;
    services.incidents.countRuns = (rate, slot, runs) => {
      calls.push(runs.length);
      return countRuns(rate, slot, runs);
    };
    // One of them is tried again, and has not ended.
    const batch = [...lifeOf(), failedAttempt(noon, { retries: 0 }), failedAttempt(noon, { retries: 2 })];
    await handleChanges(lifecycle, batch);
    await handleChanges(lifecycle, batch);
    expect(calls).toEqual([2, 2]);
    expect(await services.incidents.runs({ product: "shop", env: "prd", alert: "rate" }, 0)).toEqual({
      ended: 2,
      failed: 1,
    });
    expect(services.incidents.all()).toEqual([]);
  });

  it("are the only ones that are counted", async () => {
    const { lifecycle, services } = rated(["refund"]);
    services.incidents.countRuns = async () => {
      throw new Error("nothing is to be counted");
    };
    await handleChanges(lifecycle, [...lifeOf(), failedAttempt(noon, { retries: 0 })]);
    expect(services.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("an alert of an event", () => {
  it("whose input cannot be made does not keep the others from being told", async () => {
    const receivers = {
      us: { event: "charge", input: { body: "$Variable{gone}" } },
      ops: { webhook: "https://ops.example" },
    };
    const alerts: Record<string, Alert> = { new: { when: "new_cause", notify: ["us", "ops"] } };
    const { lifecycle, services } = alertWorld(alertProduct({ receivers, alerts }));
    expect(await handleChanges(lifecycle, [failedAttempt(noon)])).toBeUndefined();
    expect(services.jobs.all()).toMatchObject([{ event: "alert/ops" }]);
    expect(services.incidents.all()).toMatchObject([{ sent: 1 }]);
    expect(services.log.lines.map(({ message }) => message)).toContain("a receiver could not be told of an incident");
  });

  it("has the input that its receiver says", async () => {
    const input = {
      body: { text: "$Alert{title}", count: "$Alert{count}", job: "$Alert{job_id}", code: "$Alert{provider_code}" },
    };
    const alerts: Record<string, Alert> = { new: { when: "new_cause", notify: ["us"] } };
    const { lifecycle, services } = alertWorld(alertProduct({ receivers: { us: { event: "charge", input } }, alerts }));
    const failed = failedAttempt(noon);
    await handleChanges(lifecycle, [failed]);
    const [told] = services.jobs.all();
    expect(told).toMatchObject({
      ...{ event: "charge", made_by: "alert" },
      input: {
        inline: {
          body: { text: "New: apps/shop fails with SERVICE_UNAVAILABLE in shop, prd", count: 1, job: failed.after?.id },
        },
      },
    });
  });
});
