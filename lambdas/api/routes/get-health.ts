import { httpRoute } from "../../aws/http-api.ts";

/** Whether the API answers at all; asks nothing of AWS, so that a monitor costs next to nothing. */
export const getHealth = httpRoute("GET", "/v1/health", async () => ({ status: 200, body: { status: "ok" } }), {
  open: true,
});
