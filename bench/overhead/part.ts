import { type Section, table } from "../part.ts";
import { compared } from "./processor-time.ts";
import { subjects } from "./subjects.ts";

const target = 1.3;

/** Processor time of a request and of an executed job on an AWS that answers at once, next to the bare SDK calls. */
export async function overhead(): Promise<Section> {
  const { request, execution } = subjects();
  const rows = await silently(async () => [
    { what: "POST /v1/jobs", calls: "PutItem, SendMessage", ...(await compared(request.ours, request.bare)) },
    { what: "executed job", calls: "UpdateItem, PutItem", ...(await compared(execution.ours, execution.bare)) },
  ]);
  return {
    title: "Overhead",
    targets: rows.map(({ what, ratio }) => ({
      what: `${what}, next to the bare SDK calls`,
      target: `${target} times`,
      measured: `${ratio.toFixed(2)} times`,
      met: ratio <= target,
    })),
    text: [
      "Microseconds of processor time when AWS answers at once, in a warm process: all that is ours and the SDK's, next to the SDK's calls",
      "alone with inputs made before. Ours signs with `lambdas/aws/sha256.ts`, as it does on AWS, the bare calls as the SDK does by itself.",
      "Medians of 60 turns of 100 calls, one side after the other; the ratio is that of the medians. Other programs on the machine raise it:",
      "they push the more code out of the processor's caches the more there is of it.\n",
      table(
        ["", "SDK calls", "ours", "bare calls", "ratio", "ours on top"],
        rows.map(({ what, calls, ours, bare, ratio }) => [
          what,
          calls,
          ours.toFixed(0),
          bare.toFixed(0),
          ratio.toFixed(2),
          (ours - bare).toFixed(0),
        ]),
      ),
    ].join("\n"),
  };
}

/** Lines of the handlers' log cost what they cost, but are not shown. */
async function silently<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}
