import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AuditEntry, auditEntryOf, firstAuditId } from "../../../lambdas/core/access/audit-entry.ts";
import type { Audit } from "../../../lambdas/core/ports/audit.ts";
import { noon } from "../builders.ts";

/** What every audit does, in memory and on DynamoDB alike. */
export function describeAudit(name: string, make: () => Promise<{ audit: Audit; stop?: () => Promise<void> }>): void {
  describe(`${name} as Audit`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let products = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    const fresh = () => `shop-${++products}`;
    const add = async (product: string | undefined, at: number, more: Partial<AuditEntry> = {}) => {
      const change = {
        action: "job.cancel" as const,
        target: "job_1",
        ...(product !== undefined && { product }),
        ...more,
      };
      const entry = { ...auditEntryOf({ actor: "k:0123456789abcdef" }, change as never, at), ...more };
      await made.audit.put(entry);
      return entry;
    };
    const page = (product: string | undefined, month: string, before = firstAuditId(noon + 1), limit = 10) =>
      made.audit.page({ product, month }, { before, limit });

    test("gives back what was written, the latest first", async () => {
      const product = fresh();
      const first = await add(product, noon - 5, {
        reason: "\u202e<b>é\u0000",
        before: { status: "queued", nothing: null },
        after: { status: "cancelled", repeat: { cron: "* * * * *", except: ["x"] } },
        person: { issuer: "https://login.example.com", sub: "7", email: "ada@example.com" },
        jobs: ["job_1", "job_2"],
      });
      const second = await add(product, noon);
      expect((await page(product, "2030-01")).entries).toEqual([second, first]);
    });

    test("keeps products, the deployment and months apart", async () => {
      const [one, other] = [fresh(), fresh()];
      const mine = await add(one, noon);
      const theirs = await add(other, noon);
      const older = await add(one, noon - 31 * 86_400_000);
      const ofAll = await add(undefined, noon);
      expect((await page(one, "2030-01")).entries).toEqual([mine]);
      expect((await page(other, "2030-01")).entries).toEqual([theirs]);
      expect((await page(one, "2029-12")).entries).toEqual([older]);
      expect((await page(one, "2029-11")).entries).toEqual([]);
      expect((await page(undefined, "2030-01")).entries).toContainEqual(ofAll);
      expect((await page(undefined, "2030-01")).entries).not.toContainEqual(mine);
    });

    test("goes on before an entry, and before a time at which there is none", async () => {
      const product = fresh();
      const all = [];
      for (let n = 0; n < 5; n++) all.unshift(await add(product, noon - 5 + n));
      const first = await page(product, "2030-01", undefined, 2);
      expect(first.entries).toEqual(all.slice(0, 2));
      const second = await page(product, "2030-01", first.next, 2);
      expect(second.entries).toEqual(all.slice(2, 4));
      const last = await page(product, "2030-01", second.next, 2);
      expect(last).toEqual({ entries: all.slice(4) });
      expect((await page(product, "2030-01", firstAuditId(noon - 3))).entries).toEqual(all.slice(3));
    });
  });
}
