import type { Section } from "../part.ts";
import { costsOfLimits } from "./counted/table.ts";
import { keysInVirtualTime } from "./virtual/keys.ts";
import { linesInVirtualTime } from "./virtual/lines.ts";

/** What limits add to the cost of a job, and how their lines move. Nothing of it depends on the machine. */
export async function limitsCounted(): Promise<Section> {
  const costs = await costsOfLimits();
  const keys = await keysInVirtualTime();
  const lines = await linesInVirtualTime();
  return {
    title: "Limits",
    targets: [...costs.targets, ...keys.targets, ...lines.targets],
    text: [costs.text, lines.text, keys.text].join("\n\n"),
  };
}
