import * as z from "zod";
import { at } from "./at.ts";

/** How far a list has come whose page is short although it goes on. */
export const searchedFields = {
  examined: z
    .int()
    .exactOptional()
    .describe("How many jobs were looked at for this page, if it is short although more follow."),
  looked_back_to: at(
    "The time of the last job that was looked at for such a page: `due_at` while a job is pending, `finished_at` afterwards. Absent for paused jobs, which have none.",
  ).exactOptional(),
};

/** How a list of deliveries goes on, and how far a page by outcome has come. */
export const deliveryPageFields = {
  next_cursor: z
    .string()
    .exactOptional()
    .describe("The cursor of the next page; absent on the last page. A page may be short although more follow."),
  examined: z
    .int()
    .exactOptional()
    .describe("How many deliveries a page by outcome has looked at, if it is short although more follow."),
  looked_back_to: at("Until when such a page has looked back.").exactOptional(),
};
