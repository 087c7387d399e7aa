import { optionsOf } from "../support/command-options.ts";
import { fuzz } from "./fuzz.ts";
import { startRealWorld } from "./real-world.ts";

const usage = `npm run fuzz -- [--requests 10000] [--seed 1] [--real]

Sends so many generated requests to the API's handler, with --real on the AWS adapters. Exit code 1 if one of them found something.`;

const values = optionsOf(
  usage,
  {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    real: { type: "boolean", default: false },
  },
  ["requests", "seed"],
);
const real = values.real ? await startRealWorld() : undefined;
const began = performance.now();
const report = await fuzz(Number(values.requests), Number(values.seed), real?.newWorld);
for (const { nth, what, request } of report.found) console.log(`#${nth}: ${what}\n  ${request}`);
const seconds = (performance.now() - began) / 1000;
const rate = (report.requests / seconds).toFixed(0);
console.log(`${report.requests} requests, ${rate}/s, answers by status:`, report.statuses);
process.exitCode = report.found.length > 0 ? 1 : 0;
await real?.stop();
