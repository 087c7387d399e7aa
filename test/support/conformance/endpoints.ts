import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { EndpointFailure } from "../../../lambdas/core/catalog/endpoint-state.ts";
import type { Endpoints } from "../../../lambdas/core/ports/endpoints.ts";
import { noon } from "../builders.ts";

export interface EndpointsUnderTest {
  endpoints: Endpoints;
  stop?: () => Promise<void>;
}

/** What every record of webhook endpoints does, in memory and on DynamoDB alike. */
export function describeEndpoints(name: string, make: () => Promise<EndpointsUnderTest>): void {
  describe(`${name} as Endpoints`, () => {
    let made: EndpointsUnderTest;
    let count = 0;
    const fresh = () => ({ product: "shop", env: "prd", webhook: `hook-${++count}` });
    const failure = (at: number, code: string, attempt = 1): EndpointFailure => ({
      at,
      event: "job.completed",
      job_id: "job_1",
      code,
      attempt,
    });
    const disabled = { at: noon + 9, reason: "failing" as const, url: "hash" };
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("a healthy endpoint has no record", async () => {
      expect(await made.endpoints.get(fresh())).toBeUndefined();
    });

    test("failures are counted from the first one, with the code of the last one", async () => {
      const name = fresh();
      expect(await made.endpoints.failed(name, failure(noon, "HTTP_500"))).toEqual({
        failures: 1,
        failing_since: noon,
        last_failure: "HTTP_500",
        recent_failures: [failure(noon, "HTTP_500")],
      });
      const recent_failures = [failure(noon + 5, "TIMEOUT"), failure(noon, "HTTP_500")];
      const state = { failures: 2, failing_since: noon, last_failure: "TIMEOUT", recent_failures };
      expect(await made.endpoints.failed(name, failure(noon + 5, "TIMEOUT"))).toEqual(state);
      expect(await made.endpoints.get(name)).toEqual(state);
      expect(await made.endpoints.get({ ...name, env: "dev" })).toBeUndefined();
    });

    test("a success clears the failures of an endpoint", async () => {
      const name = fresh();
      await made.endpoints.failed(name, failure(noon, "HTTP_500"));
      await made.endpoints.recovered(name);
      await made.endpoints.recovered(name);
      expect(await made.endpoints.get(name)).toBeUndefined();
    });

    test("a disabled endpoint stays disabled until it is enabled", async () => {
      const name = fresh();
      await made.endpoints.failed(name, failure(noon, "HTTP_500"));
      await made.endpoints.disable(name, disabled);
      await made.endpoints.recovered(name);
      await made.endpoints.failed(name, failure(noon + 20, "HTTP_500"));
      expect(await made.endpoints.get(name)).toEqual({
        failures: 2,
        failing_since: noon,
        last_failure: "HTTP_500",
        recent_failures: [failure(noon + 20, "HTTP_500"), failure(noon, "HTTP_500")],
        disabled,
      });
      await made.endpoints.enable(name);
      await made.endpoints.enable(name);
      expect(await made.endpoints.get(name)).toBeUndefined();
      const again = [failure(noon + 30, "HTTP_500")];
      expect(await made.endpoints.failed(name, failure(noon + 30, "HTTP_500"))).toEqual({
        failures: 1,
        failing_since: noon + 30,
        last_failure: "HTTP_500",
        recent_failures: again,
      });
    });

    test("the last ten failures are kept, the latest first", async () => {
      const name = fresh();
      for (let n = 1; n <= 33; n++) {
        const { failures, recent_failures = [] } = await made.endpoints.failed(name, failure(noon + n, "HTTP_500", n));
        const expected = Array.from({ length: Math.min(n, 10) }, (_, i) => n - i);
        expect([failures, recent_failures.map(({ attempt }) => attempt)]).toEqual([n, expected]);
      }
      expect((await made.endpoints.get(name))?.recent_failures).toHaveLength(10);
    });

    test("one of several deliveries disables an endpoint and has to announce it", async () => {
      const name = fresh();
      const by = (announced_by: string, url = "hash") =>
        made.endpoints.disable(name, { ...disabled, url, announced_by });
      expect(await Promise.all([by("a"), by("b"), by("c")]).then((all) => all.filter(Boolean))).toHaveLength(1);
      const first = (await made.endpoints.get(name))?.disabled?.announced_by ?? "";
      // The repetition of a write whose answer was lost.
      expect(await by(first)).toBe(true);
      expect(await by("d")).toBe(false);
      await made.endpoints.announced(name);
      expect((await made.endpoints.get(name))?.disabled).toEqual(disabled);
      expect([await by(first), await by("d")]).toEqual([false, false]);
      expect(await by("d", "another")).toBe(true);
      await made.endpoints.enable(name);
      await made.endpoints.announced(name);
      expect(await made.endpoints.get(name)).toBeUndefined();
    });

    test("an endpoint that is not disabled is not changed by enabling it", async () => {
      const [failing, healthy] = [fresh(), fresh()];
      const state = await made.endpoints.failed(failing, failure(noon, "HTTP_500"));
      for (const name of [failing, healthy]) await made.endpoints.enable(name);
      expect(await made.endpoints.get(failing)).toEqual(state);
      expect(await made.endpoints.get(healthy)).toBeUndefined();
    });

    test("an endpoint may be disabled right after a success", async () => {
      const name = fresh();
      await made.endpoints.disable(name, disabled);
      expect(await made.endpoints.get(name)).toEqual({
        failures: 0,
        failing_since: disabled.at,
        last_failure: "",
        disabled,
      });
    });
  });
}
