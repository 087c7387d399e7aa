import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { version } from "../../lambdas/core/kernel/version.ts";
import { otlpOf } from "../../lambdas/core/outbound/otlp.ts";
import { auditPrefix, partitionKey } from "../../lambdas/topology.ts";
import { itemBytes } from "../cost/item-size.ts";
import { kinds } from "../cost/kinds.ts";
import { startWorld, type World } from "../cost/world.ts";
import { processorTimes } from "../overhead/processor-time.ts";
import { subjects } from "../overhead/subjects.ts";
import { type Section, table } from "../part.ts";
import { silently } from "../support/silently.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

interface Used {
  /** Calls of AWS by our code. */
  calls: number;
  /** Write units, with those of the index. */
  writes: number;
  /** The largest that the job's item was, in bytes. */
  jobBytes: number;
  /** Requests to the collector of spans, and their bytes. */
  exports: number;
  exportBytes: number;
  /** The bytes of entries of the audit. */
  auditBytes: number;
}

type Item = Record<string, AttributeValue> | undefined;
const isAudit = (item: Item) => item?.[partitionKey]?.S?.startsWith(auditPrefix) ?? false;

/** What a job uses that starts at once, or something else that is done with one. */
async function usedBy(work: (world: World) => Promise<unknown>, { isTraced = false } = {}): Promise<Used> {
  let [jobBytes, auditBytes, exports, exportBytes] = [0, 0, 0, 0];
  const world = await startWorld(
    async () => ({ status: 201, headers: {}, body: { order: "O-7" } }),
    undefined,
    ({ after }) => {
      if (isAudit(after)) auditBytes += itemBytes(after ?? {});
      else if (after?.version) jobBytes = Math.max(jobBytes, itemBytes(after));
    },
    {
      ...(isTraced && {
        spans: {
          async export(spans) {
            if (spans.length === 0) return;
            exports++;
            exportBytes += Buffer.byteLength(JSON.stringify(otlpOf(spans, version)));
          },
        },
      }),
    },
  );
  try {
    await work(world);
    await world.drain();
    await world.stream(100);
    const { calls, table_write, index_write } = world.counted();
    const sum = Object.values(calls).reduce((a, b) => a + b, 0);
    return { calls: sum, writes: table_write + index_write, jobBytes, exports, exportBytes, auditBytes };
  } finally {
    await world.stop();
  }
}

const [kind] = kinds;
const ask = (world: World, more: Parameters<World["request"]>[4] = {}, at: object = {}) =>
  world.request("POST", "/v1/jobs", { ...kind?.request(world.now()), ...at }, {}, more);
const cancelled = async (world: World) => {
  const { body } = await ask(world, {}, { start_at: world.now() + 3_600_000 });
  await world.request("POST", `/v1/jobs/${JSON.parse(body).job_id}/cancel`, {});
};

/** What it costs a job to know who has asked for it and changed it, and in which trace it stands. */
export async function who(): Promise<Section> {
  const now = await usedBy((world) => ask(world));
  const rows: [string, Used][] = [
    ["a job that brings a trace", await usedBy((world) => ask(world, { headers: { traceparent } }))],
    ["a job whose spans are exported (`jobs:otlpEndpoint`)", await usedBy((world) => ask(world), { isTraced: true })],
    ["a request by a key with a rate", await usedBy((world) => ask(world, { key: { rate: "50" } }))],
  ];
  const { auditBytes } = await usedBy(cancelled);
  const [plain, traced] = [subjects().ours, subjects(traceparent).ours];
  const times = await silently(() =>
    processorTimes({
      ...plain,
      tracedRequest: traced.request,
      tracedExecution: traced.execution,
    }),
  );
  return {
    title: "Who, why and in which trace",
    targets: [],
    text: [
      "What these add to a small job that starts at once, counted as under [Cost](#cost). A job without them makes no call for them, and has no byte of them.\n",
      table(
        ["", "calls", "write units", "bytes of the job", "requests to the collector", "bytes of them"],
        [
          ["a job with none of them, in all", now.calls, now.writes, now.jobBytes, now.exports, now.exportBytes],
          ...rows.map(([what, used]) => [
            what,
            plus(used.calls - now.calls),
            plus(used.writes - now.writes),
            plus(used.jobBytes - now.jobBytes),
            plus(used.exports - now.exports),
            plus(used.exportBytes - now.exportBytes),
          ]),
        ],
      ),
      `\nA change by a caller, here a cancel, writes an entry of the audit of ${auditBytes} bytes: one call, and one write unit.\n`,
      "A trace costs so many microseconds of processor time, measured as under [Overhead](#overhead):\n",
      table(
        ["", "without a trace", "with one"],
        [
          ["POST /v1/jobs", times.request.toFixed(0), times.tracedRequest.toFixed(0)],
          ["executed job", times.execution.toFixed(0), times.tracedExecution.toFixed(0)],
        ],
      ),
    ].join("\n"),
  };
}

const plus = (more: number): string => (more === 0 ? "0" : `+${more}`);
