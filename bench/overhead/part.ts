import { type Section, table } from "../part.ts";
import { silently } from "../support/silently.ts";
import { processorTimes } from "./processor-time.ts";
import { subjects } from "./subjects.ts";

/** Processor time of a request and of an executed job on an AWS that answers at once, compared with the bare SDK calls. */
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
    // A tenth of a millisecond beside calls of five is not worth any clarity.
    targets: [],
    text: [
      "Microseconds of processor time in a warm process when AWS answers at once: all of our code and the SDK's, compared with the same calls",
      "of the SDK alone, whose inputs are made beforehand. The bare calls come from clients with the SDK's own settings. Our clients sign with",
      "`lambdas/aws/client/sha256.ts`, which is faster, so the last two columns show bare calls from clients set up like ours: that ratio is the",
      "price of everything else. Medians of 60 turns of 100 calls, one kind after the other; each ratio is one of medians. Other programs on the",
      "machine raise it: the more code there is, the more of it they push out of the processor's caches.\n",
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
