import * as z from "zod";

export const ActiveSchema = z
  .object({
    tenants: z
      .array(
        z.object({
          product_tag: z.string(),
          env: z.string(),
          last_active_at: z
            .int()
            .describe("The start of the latest hour in which a job was scheduled or ended. Epoch milliseconds."),
        }),
      )
      .describe("The products and envs that have had jobs in the last 90 days, the latest first."),
  })
  .meta({ id: "Active" });
