import { apiKeyId, apiKeyPattern } from "../../lambdas/core/access/api-key.ts";
import { keysCli } from "../support/keys-cli.ts";
import type { Answer, Call } from "./deployment.ts";

interface System {
  call(method: string, path: string, options?: Call): Promise<Answer>;
  /** The environment of a process that calls the emulator. */
  environment(): NodeJS.ProcessEnv;
}

/**
 * Keys that `npm run keys` creates in the deployed table, which it finds through the stack: the authorizer reads them with its
 * own grant, and the API enforces their scopes.
 */
export function describeKeys({ call, environment }: System): void {
  const keys = (...args: string[]) => keysCli(args, environment());
  const made = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await keys("create", "--name", "ci", ...args);
    expect([stdout.trim(), stderr]).toEqual([expect.stringMatching(apiKeyPattern), expect.stringMatching(/^Key /)]);
    return stdout.trim();
  };
  const order = (env: string, product_tag = "my-product") => {
    const event = product_tag === "my-product" ? "create_order" : "double";
    return { env, product_tag, event, input: { params: { customer: "kim" } }, start_at: 0 };
  };

  describe("a created key", () => {
    test("works only for its product, env and verbs", async () => {
      const key = await made("--products", "my-product", "--envs", "prd", "--verbs", "jobs:read,jobs:write");
      const { status, body } = await call("POST", "/v1/jobs", { key, body: order("prd") });
      expect([status, body]).toEqual([202, expect.objectContaining({ job_id: expect.any(String) })]);
      expect(await call("GET", `/v1/jobs/${body.job_id}?wait=20`, { key })).toMatchObject({ status: 200 });
      const elsewhere = [order("dev"), order("prd", "in-aws")];
      for (const one of elsewhere) {
        expect(await call("POST", "/v1/jobs", { key, body: one })).toMatchObject({ status: 403 });
      }
      const bulk = { action: "cancel", filter: { product_tag: "my-product", env: "prd" } };
      expect(await call("POST", "/v1/jobs/bulk", { key, body: bulk })).toMatchObject({ status: 403 });
      const reader = await made("--products", "my-product", "--envs", "dev", "--verbs", "jobs:read");
      expect(await call("GET", `/v1/jobs/${body.job_id}`, { key: reader })).toMatchObject({ status: 404 });
    }, 60_000);

    test("is refused once it is revoked", async () => {
      const key = await made("--products", "*", "--envs", "*", "--verbs", "jobs:read", "--expires", "1h");
      const list = (scheme: string) => call("GET", "/v1/jobs", { headers: { authorization: `${scheme} ${key}` } });
      expect(await list("Bearer")).toMatchObject({ status: 200 });
      const id = apiKeyId(key) as string;
      expect(await keys("revoke", id)).toMatchObject({ code: 0, stderr: expect.stringContaining("is revoked") });
      // The answer to a header that it has seen may be cached for five minutes.
      expect(await list("bearer")).toMatchObject({ status: 403 });
      expect((await keys("list")).stdout).toMatch(new RegExp(`^${id} +ci +revoked `, "m"));
    }, 60_000);

    test("is listed only where the command finds a deployment", async () => {
      expect(await keys("list", "--stage", "nowhere")).toEqual({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^There is no deployment of the stage "nowhere".*--table.\n$/),
      });
      expect(await keys("list", "--table", "nothing")).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^There is no table nothing/),
      });
    }, 60_000);
  });
}
