import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Incident, IncidentName, IncidentSubject } from "../../../lambdas/core/job/incident.ts";
import type { Incidents, Occurrence } from "../../../lambdas/core/ports/incidents.ts";
import { noon } from "../builders.ts";
import { counted } from "../counted.ts";

const subject: IncidentSubject = { kind: "cause", target: "apps/shop", code: "SERVICE_UNAVAILABLE" };
const anOccurrence = (at = noon, job_id = `job_${"a".repeat(32)}`): Occurrence =>
  counted({ at, job_id, event: "charge" });

/** What every record of incidents does, in memory and on DynamoDB alike. */
export function describeIncidents(
  name: string,
  make: () => Promise<{ incidents: Incidents; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as Incidents`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let tenants = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    const fresh = (): IncidentName => ({ product: `shop-${++tenants}`, env: "prd", id: "00112233aabbccdd" });
    const add = async (of: IncidentName, ...entries: Occurrence[]) =>
      (await made.incidents.add({ ...of, subject, entries }, { mustExist: false })) as Incident;

    test("makes no incident where one must exist", async () => {
      const of = fresh();
      const entries = [anOccurrence()];
      expect(await made.incidents.add({ ...of, subject, entries }, { mustExist: true })).toBeUndefined();
      expect(await made.incidents.get(of)).toBeUndefined();
      await add(of, ...entries);
      const more = { ...of, subject, entries: [anOccurrence()] };
      expect(await made.incidents.add(more, { mustExist: true })).toMatchObject({ count: 2 });
    });

    test("counts each failure once, keeps the first time and the last job", async () => {
      const of = fresh();
      const [first, second] = [anOccurrence(), anOccurrence(noon + 5, `job_${"b".repeat(32)}`)];
      await add(of, first);
      const both = await add(of, first, second);
      const known = { ...of, ...subject, event: "charge", sample_job_id: second.job_id, count: 2 };
      expect(both).toEqual({ ...known, first_at: noon, last_at: noon + 5 });
      expect(await add(of, second)).toEqual(both);
      expect(await made.incidents.get(of)).toEqual(both);
    });

    test("keeps the first time that it was told, and has the time and the job of what was counted last", async () => {
      const of = fresh();
      const [late, early] = [anOccurrence(noon + 5), anOccurrence(noon, `job_${"b".repeat(32)}`)];
      await add(of, late);
      const both = { first_at: noon + 5, last_at: noon, sample_job_id: early.job_id };
      expect(await add(of, early)).toMatchObject(both);
      expect(await add(of, late)).toMatchObject(both);
    });

    test("changes what has not changed since, and not what was counted if that matters", async () => {
      const of = fresh();
      const before = await add(of, anOccurrence());
      const open = (await made.incidents.change(before, {
        state: "open",
        opening: 1,
        sent: 0,
        openings: [noon],
      })) as Incident;
      expect(open).toMatchObject({ state: "open", opening: 1, sent: 0, openings: [noon], version: 1 });
      expect(await made.incidents.change(before, { state: "closed" })).toBe("lost");
      await add(of, anOccurrence());
      expect(await made.incidents.change(open, { state: "closed" }, { unlessCounted: true })).toBe("lost");
      const closed = (await made.incidents.change(open, { state: "closed", sent: undefined })) as Incident;
      expect(closed).toMatchObject({ state: "closed", count: 2, version: 2 });
      expect(closed).not.toHaveProperty("sent");
      expect(await made.incidents.get(of)).toEqual(closed);
    });

    test("changes nothing that is gone", async () => {
      const gone: Incident = { ...fresh(), ...subject, count: 1, first_at: noon, last_at: noon };
      expect(await made.incidents.change(gone, { state: "open" })).toBe("lost");
      expect(await made.incidents.get(gone)).toBeUndefined();
    });

    test("lists the incidents of a tenant in pages", async () => {
      const of = fresh();
      const ids = ["0000000000000001", "0000000000000002", "0000000000000003"];
      for (const id of ids) await add({ ...of, id }, anOccurrence());
      await add(fresh(), anOccurrence());
      const first = await made.incidents.page(of, { limit: 2 });
      expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      const rest = await made.incidents.page(of, { limit: 2, after: ids[1] });
      expect(rest.map(({ id }) => id)).toEqual(ids.slice(2));
    });

    test("counts the runs of slots, each once", async () => {
      const { product, env } = fresh();
      const rate = { product, env, alert: "rate" };
      const runs = [true, false, false].map((failed) => counted({ failed }));
      const slot = { slot: noon, until: noon + 60_000 };
      await made.incidents.countRuns(rate, slot, runs);
      await made.incidents.countRuns(rate, slot, runs.slice(1));
      await made.incidents.countRuns(rate, { ...slot, slot: noon + 1000 }, [counted({ failed: true })]);
      await made.incidents.countRuns({ ...rate, alert: "other" }, slot, [counted({ failed: true })]);
      expect(await made.incidents.runs(rate, noon)).toEqual({ ended: 4, failed: 2 });
      expect(await made.incidents.runs(rate, noon + 1)).toEqual({ ended: 1, failed: 1 });
      expect(await made.incidents.runs(rate, noon + 2000)).toEqual({ ended: 0, failed: 0 });
    });

    test("replaces what was used of a budget by what was counted next, once", async () => {
      const { product, env } = fresh();
      const spent = { month: "2030-01", until: noon, usd: 1.5, events: { charge: 1.5 } };
      expect(await made.incidents.spending({ product, env })).toBeUndefined();
      expect(await made.incidents.spend({ product, env }, undefined, spent)).toBe("spent");
      expect(await made.incidents.spending({ product, env })).toEqual(spent);
      expect(await made.incidents.spending({ product, env: "dev" })).toBeUndefined();
      const next = { ...spent, until: noon + 1, usd: 2, events: {} };
      // One that has found nothing yet, and one that has counted the same before.
      expect(await made.incidents.spend({ product, env }, undefined, next)).toBe("lost");
      expect(await made.incidents.spend({ product, env }, spent, next)).toBe("spent");
      expect(await made.incidents.spend({ product, env }, spent, { ...next, usd: 3 })).toBe("lost");
      expect(await made.incidents.spending({ product, env })).toEqual(next);
    });

    test("watches an opening until that one is over", async () => {
      const of = fresh();
      await made.incidents.watch({ ...of, opening: 2, at: noon });
      // One that was slow to say so.
      await made.incidents.watch({ ...of, opening: 1, at: noon });
      const watched = () => made.incidents.watched({ tenant: of });
      expect(await watched()).toEqual([{ ...of, opening: 2, at: noon }]);
      expect(await made.incidents.watched()).toContainEqual({ ...of, opening: 2, at: noon });
      await made.incidents.unwatch({ ...of, opening: 1, at: noon });
      expect(await watched()).toHaveLength(1);
      await made.incidents.unwatch({ ...of, opening: 2, at: noon });
      expect(await watched()).toEqual([]);
    });

    test("notes of an opening whether it is quiet, until another one is watched", async () => {
      const of = fresh();
      const first = { ...of, opening: 1, at: noon };
      await made.incidents.renote({ ...first, quiet: true });
      expect(await made.incidents.watched({ tenant: of })).toEqual([]);
      await made.incidents.watch(first);
      await made.incidents.renote({ ...first, quiet: true });
      expect(await made.incidents.watched({ tenant: of })).toEqual([{ ...first, quiet: true }]);
      await made.incidents.watch({ ...of, opening: 2, at: noon });
      await made.incidents.renote({ ...first, quiet: true });
      expect(await made.incidents.watched({ tenant: of })).toEqual([{ ...of, opening: 2, at: noon }]);
    });

    test("watches no more than are asked for", async () => {
      const of = fresh();
      for (const id of ["1", "2", "3"]) await made.incidents.watch({ ...of, id: id.repeat(16), opening: 1, at: noon });
      expect(await made.incidents.watched({ tenant: of, most: 2 })).toHaveLength(2);
    });

    test("knows since when a tenant has alerts", async () => {
      const { product, env } = fresh();
      await made.incidents.begin({ product, env }, noon);
      await made.incidents.begin({ product, env }, noon + 1);
      expect((await made.incidents.begun()).get(`${product}#${env}`)).toBe(noon);
      expect(await made.incidents.watched({ tenant: { product, env } })).toEqual([]);
    });
  });
}
