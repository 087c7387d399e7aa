import { databasePlace } from "./local-values.ts";
import type { DemoDatabase } from "./postgres.ts";

/** Inserts the URL of the demo database. If that does not start, only the jobs that need it fail; the reason is printed. */
export async function withDatabase(value: string, orders: DemoDatabase, say: (line: string) => void) {
  try {
    return value.replaceAll(databasePlace, await orders.url());
  } catch (error) {
    const remedy =
      "To use another database, set it in .env.local: my-product/orders#url=postgres://user:password@host/database";
    const others = "Only the jobs that need it fail.";
    say(`The demo database (PostgreSQL) does not start: ${(error as Error).message}. ${others} ${remedy}`);
    return undefined;
  }
}
