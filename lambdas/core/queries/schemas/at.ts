import * as z from "zod";

/** A time in an answer. */
export const at = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);
