import { type Section, table } from "../part.ts";
import { processorTimes } from "./processor-time.ts";
import { subjects } from "./subjects.ts";

const target = 1.3;

/** Processor time of a request and of an executed job on an AWS that answers at once, next to the bare SDK calls. */
export async function overhead(): Promise<Section> {
  const { ours, bare, alike } = subjects();
  const times = async (what: "request" | "execution") => {
    const time = await processorTimes({ ours: ours[what], bare: bare[what], alike: alike[what] });
    return { ...time, ratio: time.ours / time.bare };
  };
  const rows = await silently(async () => [
    { what: "POST /v1/jobs", calls: "PutItem, SendMessage", ...(await times("request")) },
    { what: "executed job", calls: "UpdateItem, PutItem", ...(await times("execution")) },
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
      "alone with inputs made before. The bare calls are made by clients as the SDK makes them. Ours sign with `lambdas/aws/client/sha256.ts`,",
      "which takes less time: the last two columns are the bare calls by clients set up like ours, so that what is left is the price of all else.",
      "Medians of 60 turns of 100 calls, one kind after the other; a ratio is that of the medians. Other programs on the machine raise it:",
      "they push the more code out of the processor's caches the more there is of it.\n",
      table(
        ["", "SDK calls", "ours", "bare calls", "ratio", "bare calls, our clients", "ratio"],
        rows.map(({ what, calls, ours, bare, alike, ratio }) => [
          what,
          calls,
          ours.toFixed(0),
          bare.toFixed(0),
          ratio.toFixed(2),
          alike.toFixed(0),
          (ours / alike).toFixed(2),
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
