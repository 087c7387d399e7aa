import { largestInEvent } from "../../../lambdas/aws/http/json-body.ts";
import { requestLimits } from "../../../lambdas/core/kernel/request-limits.ts";
import { largestRequest } from "../../../lambdas/core/kernel/sizes.ts";
import { longestWaitSeconds } from "../../../lambdas/core/operations/api-limits.ts";
import { requestLimits as mostInRequest } from "../../../sdk/src/chunks.ts";
import { longestWaitSeconds as longestSdkWait } from "../../../sdk/src/config.ts";

it("the SDK knows the API's limits", () => {
  expect([longestSdkWait, mostInRequest.jobs]).toEqual([longestWaitSeconds, requestLimits.batch]);
  expect(mostInRequest.bytes).toBeLessThan(largestRequest);
  expect(mostInRequest.escaped).toBeLessThan(largestInEvent);
});
