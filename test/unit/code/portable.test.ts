import { defineFunction } from "../../../lambdas/code/define-function.ts";
import { servePortable } from "../../../lambdas/code/portable.ts";
import { portableHeaders } from "../../../lambdas/core/job/portable-function.ts";

const key = "an access key of Ductape";

it.each(["2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])(
  "a portable function whose deadline is years ahead is not late: %s",
  async (deadline_at) => {
    const run = () => new Promise((resolve) => setTimeout(resolve, 5, "done"));
    const handler = servePortable({
      namespace: "shop",
      version: "1",
      operations: { price: defineFunction({ run }) },
      accessKey: key,
    });
    const of = { namespace: "shop", version: "1", operation: "price" };
    const body = JSON.stringify({ function: of, input: {}, context: { invocation_id: "i1", deadline_at } });
    const headers = portableHeaders(key, { of, id: "i1", body, now: Date.now() });
    const answer = await handler(new Request("http://127.0.0.1/", { method: "POST", body, headers }));
    expect([answer.status, await answer.json()]).toEqual([200, { invocation_id: "i1", output: "done" }]);
  },
);
