import { type AuditEntry, auditEntryOf, firstAuditId } from "../../../../lambdas/core/access/audit-entry.ts";
import { examinedAtMost, listAudit, readsAtMost } from "../../../../lambdas/core/queries/list-audit.ts";
import { noon } from "../../../support/builders.ts";
import { fakeAudit } from "../../../support/fakes/audit.ts";

const day = 86_400_000;
const longAgo = noon - 400 * day;

function world() {
  const audit = fakeAudit();
  const reads: string[] = [];
  const add = async (at: number, product?: string, target = "job_1") => {
    const change = { action: "job.cancel" as const, target, ...(product !== undefined && { product }) };
    await audit.put(auditEntryOf({ actor: "k:" }, change, at));
  };
  const counted: Pick<typeof audit, "page"> = {
    page(of, query) {
      reads.push(`${of.product ?? ""}#${of.month}`);
      return audit.page(of, query);
    },
  };
  const list = (more: Partial<Parameters<typeof listAudit>[1]> = {}) =>
    listAudit(counted, {
      ...{ products: ["shop"], from: longAgo, before: firstAuditId(noon + 1), limit: 20, passes: () => true },
      ...more,
    });
  /** All pages, one after the other. */
  const all = async (more: Parameters<typeof list>[0] = {}) => {
    const pages: AuditEntry[][] = [];
    let before = more.before;
    do {
      const { entries, next } = await list({ ...more, ...(before !== undefined && { before }) });
      pages.push(entries);
      before = next;
    } while (before !== undefined);
    return pages;
  };
  return { audit, add, list, all, reads };
}

const latestFirst = (entries: readonly AuditEntry[]) => [...entries].sort((a, b) => (a.id > b.id ? -1 : 1));

test("250 entries of one day are listed once each, the latest first, and the last page says that it is", async () => {
  const { audit, add, all } = world();
  for (let n = 0; n < 250; n++) await add(noon - 100 * n, "shop");
  const pages = await all({ limit: 50 });
  expect(pages.map(({ length }) => length)).toEqual([50, 50, 50, 50, 50]);
  expect(pages.flat()).toEqual(latestFirst(audit.all()));
});

test("many entries of one millisecond are listed once each", async () => {
  const { audit, add, all } = world();
  for (let n = 0; n < 30; n++) await add(noon, n % 2 ? "shop" : "mill");
  const pages = await all({ limit: 7, products: ["shop", "mill"] });
  expect(pages.flat()).toEqual(latestFirst(audit.all()));
});

test("goes back over months without any, to the first millisecond that is asked for", async () => {
  const { audit, add, all, list, reads } = world();
  const times = [noon, noon - 40 * day, noon - 45 * day, noon - 200 * day, longAgo];
  for (const at of times) await add(at, "shop");
  await add(longAgo - 1, "shop");
  expect((await all({ limit: 2 })).flat().map(({ at }) => at)).toEqual(times);
  reads.length = 0;
  const { entries } = await list();
  expect(entries).toHaveLength(5);
  // A read a month, from January 2030 back to November 2028.
  expect(reads).toHaveLength(15);
  expect(audit.all()).toHaveLength(6);
});

test("merges products and the deployment in the order of time", async () => {
  const { add, list } = world();
  await add(noon - 3, "shop");
  await add(noon - 1, "mill");
  await add(noon - 2);
  await add(noon - 40 * day, "mill");
  await add(noon, "another");
  const { entries } = await list({ products: ["shop", "mill", undefined] });
  expect(entries.map(({ at, product }) => [noon - at, product])).toEqual([
    [1, "mill"],
    [2, undefined],
    [3, "shop"],
    [40 * day, "mill"],
  ]);
});

test("a page of a narrow filter ends when it has looked at enough, says so, and the next one goes on there", async () => {
  const { add, list } = world();
  for (let n = 0; n < examinedAtMost + 5; n++)
    await add(noon - n, "shop", n === examinedAtMost + 2 ? "job_2" : "job_1");
  const passes = ({ target }: AuditEntry) => target === "job_2";
  const first = await list({ passes });
  expect(first).toMatchObject({ entries: [], examined: examinedAtMost });
  expect(first.next?.startsWith(firstAuditId(noon - examinedAtMost + 1))).toBe(true);
  const second = await list({ passes, before: first.next as string });
  expect(second.entries).toMatchObject([{ target: "job_2" }]);
  expect(second).not.toHaveProperty("next");
});

test("a catalog with very many products is read a few months at a time, and nothing is left out", async () => {
  const { add, list, reads } = world();
  const products = Array.from({ length: 90 }, (_, n) => `shop-${n}`);
  await add(noon, "shop-1");
  await add(noon - 390 * day, "shop-89");
  const found: number[] = [];
  let [before, pages] = [firstAuditId(noon + 1) as string | undefined, 0];
  while (before !== undefined) {
    reads.length = 0;
    const { entries, next } = await list({ products, before });
    expect(reads.length).toBeLessThanOrEqual(readsAtMost);
    found.push(...entries.map(({ at }) => at));
    before = next;
    pages++;
  }
  expect(found).toEqual([noon, noon - 390 * day]);
  expect(pages).toBeGreaterThan(3);
});
