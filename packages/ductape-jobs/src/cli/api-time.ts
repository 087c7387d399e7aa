import type { Api } from "./api.ts";
import { timeOf, type WrittenTime } from "./arguments/read-time.ts";

/** The time as the API takes it. For a relative one the API is asked for its clock, which differs where the local one was moved. */
export const apiTime = (api: Api, written: WrittenTime | undefined): Promise<number | string | undefined> =>
  timeOf(written, async () => {
    await api.request("GET", "/v1/health");
    return api.now();
  });
