import type { HttpResponse } from "../../aws/http/route.ts";
import { later } from "../later.ts";

/** Says that the API answers. It makes no call to AWS, so a monitor costs next to nothing. */
export async function handle(): Promise<HttpResponse> {
  return { status: 200, body: { status: "ok" } };
}

export const doc = async () => (await later()).earlyDocs.getHealth();
