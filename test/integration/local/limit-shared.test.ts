import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { checkout } from "../../support/local/checkout.ts";
import { countingShop } from "../../support/local/counting-shop.ts";
import { runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

/** The `products/index.ts` of a checkout whose only product has one slot for actions and functions together. */
const shared = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { myProduct } from "../test/support/catalog/my-product.ts";
  const product = defineProduct({
    tag: "shared",
    envs: ["dev", "prd"],
    jobs: {
      act: { type: "action", app: "shop", action: "create_order", limits: ["one"] },
      call: { type: "function", function: "pricing", limits: ["one"] },
    },
    limits: { one: { concurrency: 1 } },
    apps: myProduct.apps,
    functions: myProduct.functions,
  } as never);
  export const products = [product] as const;
`;

const jobs = 20;
const folder = tempFolder();
const cwd = checkout(join(folder, "code"));
let shop: Awaited<ReturnType<typeof countingShop>>;

beforeAll(async () => {
  shop = await countingShop();
  shop.open();
  writeFileSync(join(cwd, "products/index.ts"), shared);
  writeFileSync(join(cwd, ".env.local"), `/my-product/shop-url=${shop.url}\n/my-product/pricing-url=${shop.url}\n`);
});
afterAll(() => shop?.close());

test("the slot of a limit that two types share passes from one type to the other", async () => {
  const { url, api_key } = await runLocal({ data: join(folder, "data"), cwd }).ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "shared", env: "dev" });
  const asked = { env: "dev", product_tag: "shared", start_at: 0 };
  const outcomes = await ductape.jobs.batch(
    Array.from({ length: jobs }, (_, i) =>
      i % 2 === 0
        ? { ...asked, event: "act", input: { params: { customer: "c" } } }
        : { ...asked, event: "call", input: { payload: {} } },
    ),
  );
  const ids = outcomes.map((one) => (one as Extract<typeof one, { status: "accepted" }>).job.job_id);
  const ended = await Promise.all(
    ids.map((id) =>
      until(async () => {
        const job = await ductape.jobs.get(id);
        return job.status === "completed" ? job : undefined;
      }, 120_000),
    ),
  );
  expect(shop.most()).toBe(1);
  const attempts = ended.flatMap(({ attempts = [] }) => attempts).sort((a, b) => a.started_at - b.started_at);
  expect(attempts).toHaveLength(jobs);
  // The reconciler would hand over one a minute.
  const waits = attempts.slice(1).map(({ started_at }, i) => started_at - (attempts[i]?.ended_at ?? 0));
  expect(Math.max(...waits)).toBeLessThan(20_000);
}, 200_000);
