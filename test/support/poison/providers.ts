import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { type Answer, httpServer } from "../executors/http-server.ts";
import { type Provider, type ProviderName, providers } from "../executors/providers.ts";
import { bodies, wires } from "./answers.ts";
import { runBatch } from "./batch.ts";
import { asked, say } from "./in-process.ts";

/** The answers that the first request of each batch gets in turn. */
const answersFor = (success: number): [string, Answer | undefined][] => [
  ["none", undefined],
  ...Object.entries(bodies).flatMap(([name, make]) =>
    [success, 400, 500].map((status): [string, Answer] => [`${name}, ${status}`, make(status)]),
  ),
  ...Object.entries(wires),
];

const innocents = 3;

async function play(name: ProviderName, answer: Answer | undefined) {
  const provider: Provider = providers[name];
  await using server = await httpServer((request, response, raw) =>
    server.seen.length === 1 && answer ? answer(request, response, raw) : provider.good(response),
  );
  const product: Product = {
    tag: "p",
    envs: ["prd"],
    jobs: { do: { type: provider.type, ...provider.event } },
    [registry[provider.type].section]: { it: provider.target(server.url) },
  };
  const outcomes = await runBatch({
    type: provider.type,
    product,
    jobs: Array.from({ length: innocents + 1 }, () => ({ event: "do", input: provider.input })),
    secrets: { "/here": server.url, ...(provider.secret && { key: provider.secret(server.url) }) },
    execute: provider.execute(server.url),
  });
  return { outcomes: outcomes.map(({ result: _, ...outcome }) => outcome), requests: server.seen.length };
}

const name = asked<ProviderName>();
const answers = answersFor((providers[name] as Provider).status ?? 200);
while (answers.length > 0) {
  const some = answers.splice(0, 12);
  await Promise.all(some.map(async ([which, answer]) => say({ which, ...(await play(name, answer)) })));
}
say("alive");
process.exit();
