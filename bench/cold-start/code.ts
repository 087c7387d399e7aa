import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleCode } from "../../infra/bundle/bundle-code.ts";
import { codeEntriesOf } from "../../infra/bundle/code-entries.ts";
import type { CodeMessage } from "../../lambdas/core/job/code-bundle.ts";
import { codeVersion } from "../../lambdas/core/job/code-messages.ts";
import { products } from "../../products/index.ts";
import { duration, median, table } from "../part.ts";
import { inFreshProcess } from "./fresh-process.ts";

const starter = fileURLToPath(new URL("./start-code.mjs", import.meta.url));
const runs = 9;
const job_id = "job_0190aa5e7f2b7c3d9e4f5a6b7c8d9e0f";
const common = { v: codeVersion, deadline_ms: 10_000 };
const of = { product: "my-product", env: "prd" };

const call: CodeMessage = {
  ...{ ...common, ...of, kind: "call", function: "delivery", payload: { order: "A-17" } },
  ...{ job_id, run: 1, attempt: 1, event: "estimate_delivery", idempotency_key: `${job_id}.1`, reply: "sync" },
};

/** The first decision of a run of the code with this hash; without one, of the code that is deployed. */
const decide = (definition: string): Extract<CodeMessage, { kind: "decide" }> => ({
  ...{ ...common, kind: "decide", decision: 1, from: 0, log: [], now: 1_893_456_000_000 },
  input: { v: { number: "Q-1", customer: "C-1042", sku: "SKU-77-BLUE", quantity: 2 } },
  run: {
    ...{ ...of, id: job_id, run: 1, attempt: 1, feature: "quote", definition },
    ...{ seed: "seed", started_at: 1_893_456_000_000 },
  },
});

/** Import and first answers of a fresh process with the code of the demo's product. */
export async function codeStarts(folder: string): Promise<string> {
  const [entries = []] = Object.values(codeEntriesOf(products));
  const { file } = await bundleCode(of.product, entries, { catalog: undefined, folder: join(folder, "code") });
  const kb = async (name: string) => Math.round((await readFile(join(folder, "code", name))).length / 1024);
  // What an earlier deployment has left: another hash, of the same size.
  const earlier = Buffer.concat([await readFile(join(folder, "code/feature-quote.mjs")), Buffer.from("\n")]);
  const link = `data:application/gzip;base64,${gzipSync(earlier).toString("base64")}`;
  const messages: [string, CodeMessage][] = [
    ["a call of a function", call],
    ["the first decision of a run", decide("")],
    ["a decision of a run of earlier code", { ...decide(hash("sha256", earlier, "hex")), code: { url: link } }],
  ];
  const all = messages.map((): Start[] => []);
  for (let run = 0; run < runs; run++)
    for (const [i, [, message]] of messages.entries()) all[i]?.push(start(file, message));
  const rows = messages.map(([what], i) => {
    const middle = (value: (one: Start) => number) => duration(median(all[i]?.map(value) ?? []));
    return [
      what,
      middle((one) => one.importMs),
      middle((one) => one.initMs),
      middle((one) => one.importMs + one.initMs),
      middle((one) => one.cpuMs),
    ];
  });
  return [
    `The code of the demo's product, whose modules bring Zod along: ${await kb("index.mjs")} KB for its function, and ${await kb("feature-quote.mjs")} KB for its feature, which is loaded`,
    "by the first decision. Earlier code comes by a link, here one that answers at once.\n",
    table(["the first message is", "import", "first answer", "both", "processor time"], rows),
  ].join("\n");
}

interface Start {
  importMs: number;
  initMs: number;
  cpuMs: number;
}

const start = (file: string, message: CodeMessage): Start =>
  inFreshProcess([starter, file], { input: JSON.stringify(message) });
