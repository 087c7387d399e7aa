import * as z from "zod";
import { at } from "./at.ts";

const effect = {
  offered: z
    .array(z.string())
    .describe(
      "The jobs of the runs that wait for it, and are woken. Of a key for which more wait, the first hundred: all go on.",
    ),
  kept_until: at("Until when it waits for runs that come to wait for it later."),
};

export const SignalSentSchema = z
  .object({ id: z.string().describe("The id of the message: that of the request, or a fresh one."), ...effect })
  .meta({ id: "SignalSent", description: "What became of a signal." });

export const SignalPreviewSchema = z
  .object(effect)
  .meta({ id: "SignalPreview", description: "What would become of a signal." });
