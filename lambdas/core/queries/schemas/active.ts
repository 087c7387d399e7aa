import * as z from "zod";
import { at } from "./at.ts";

export const ActiveSchema = z
  .object({
    tenants: z
      .array(
        z.object({
          product_tag: z.string(),
          env: z.string(),
          last_active_at: at("The start of the latest hour in which a job was scheduled or ended."),
        }),
      )
      .describe("The latest first."),
  })
  .meta({ id: "Active", description: "The products and envs that have had jobs in the last 90 days." });
