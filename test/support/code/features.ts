import * as z from "zod";
import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";

export const welcome = defineFeature({
  input: z.object({ email: z.string() }),
  signals: { answered: z.unknown() },
  async run(ctx, { email }) {
    await ctx.run("tidy", { payload: { email } });
    return { welcomed: email };
  },
});
