import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Approval } from "../../../lambdas/core/job/approval.ts";
import type { Approvals } from "../../../lambdas/core/ports/approvals.ts";
import { noon } from "../builders.ts";

export interface ApprovalsUnderTest {
  approvals: Approvals;
  stop?: () => Promise<void>;
}

export const anApproval = (n: number, more: Partial<Approval> = {}): Approval => ({
  id: `apr_${String(n).padStart(32, "0")}_${"a".repeat(16)}`,
  product: "shop",
  env: "dev",
  job_id: `job_${String(n).padStart(32, "0")}`,
  run: 1,
  attempt: 1,
  step: "main.decision",
  title: "Refund 42?",
  show: [{ label: "Order", value: "A-1" }, { value: "" }],
  choices: ["approve", "reject"],
  asked: ["boss@example.com"],
  opened_at: noon,
  until: noon + 86_400_000,
  ...more,
});

/** What every store of open approvals does, in memory and on DynamoDB alike. */
export function describeApprovals(name: string, make: () => Promise<ApprovalsUnderTest>): void {
  describe(`${name} as Approvals`, () => {
    let approvals: Approvals;
    let stop: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      ({ approvals, stop } = await make());
    });
    afterAll(() => stop?.());

    test("keeps an approval until it is closed", async () => {
      const approval = anApproval(1, { product: "kept" });
      for (let i = 0; i < 2; i++) await approvals.open(approval);
      expect(await approvals.get("kept", "dev", approval.id)).toEqual(approval);
      expect(await approvals.list("kept", "dev", 10)).toEqual([approval]);
      for (let i = 0; i < 2; i++) await approvals.close(approval);
      expect(await approvals.get("kept", "dev", approval.id)).toBeUndefined();
      expect(await approvals.list("kept", "dev", 10)).toEqual([]);
    });

    test("keeps one without anything to show and anybody who is asked", async () => {
      const approval = anApproval(1, { product: "bare", show: [], asked: [] });
      await approvals.open(approval);
      expect(await approvals.get("bare", "dev", approval.id)).toEqual(approval);
    });

    test("lists them by id, page after page, those of other products and envs apart", async () => {
      const all = [3, 1, 2].map((n) => anApproval(n, { product: "many" }));
      const others = [anApproval(1, { product: "many2" }), anApproval(1, { product: "many", env: "prd" })];
      for (const one of [...all, ...others]) await approvals.open(one);
      const pages = [await approvals.list("many", "dev", 2), await approvals.list("many", "dev", 2, all[2]?.id)];
      expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[all[1]?.id, all[2]?.id], [all[0]?.id]]);
      expect(await approvals.list("many", "prd", 10)).toEqual([others[1]]);
    });
  });
}
