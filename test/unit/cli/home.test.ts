import type { Home } from "../../../sdk/src/index.ts";
import { answering, now } from "../../support/cli/answering.ts";

const quiet: Home = {
  ...{ at: now - 5000, is_complete: true, tenants: [], more_tenants: 0 },
  ...{ incidents: { open: 0, first: [] }, pauses: [] },
};
const late = { product_tag: "shop", env: "prd", late: 100, limited: 3, held: 2, at_least: true };
const incident = {
  ...{ id: "0123456789abcdef", product_tag: "shop", env: "prd", state: "open" as const, count: 9, failing: 7 },
  ...{ openings: 1, first_at: now - 90_000, last_at: now - 2000 },
};
const shown = async (home: Home, ...args: string[]) => {
  const { cli, asked } = answering({ "GET /v1/home": home, "GET /v1/health": { status: "ok" } });
  return { ...(await cli(["home", ...args])), asked };
};

describe("the command home", () => {
  it("says that nothing needs attention", async () => {
    const { code, out, asked } = await shown(quiet, "--product", "shop", "--env", "prd");
    expect(code).toBe(0);
    expect(out).toMatch(/^ *looked +2030-.*\n *late +nothing\n *incidents +none open\n *pauses +none\n$/);
    expect(asked.map(({ path }) => path)).toContain("/v1/home?product_tag=shop&env=prd");
  });

  it("lists what is late, what fails and what is paused", async () => {
    const { out } = await shown({
      ...quiet,
      tenants: [{ ...late, oldest_due_at: now - 240_000 }],
      more_tenants: 4,
      incidents: {
        open: 3,
        first: [
          { ...incident, kind: "cause", target: "apps/shop", code: "TIMEOUT" },
          { ...incident, kind: "rate", alert: "too_many" },
          {
            ...{ ...incident, kind: "budget", alert: "spent" },
            budget: { month: "2030-01", usd: 41.2, budget_usd: 50, until: now, dearest: [] },
          },
        ],
      },
      pauses: [{ id: "shop", product_tag: "shop", reason: "r", state: "active", since: now, drain_per_second: 50 }],
    });
    expect(out).toContain("in 5 products and envs");
    expect(out).toMatch(/3 open\n *pauses +shop\n/);
    expect(out).toMatch(/PRODUCT +LATE +SINCE +WITH LIMITS +HELD\nshop\/prd +100\+ +4 min ago +3 +2\n/);
    expect(out).toMatch(/0123456789abcdef +apps\/shop TIMEOUT +shop\/prd +7 +2 s ago\n/);
    expect(out).toContain("too many runs fail (too_many)");
    expect(out).toContain("41.20 of 50 USD used in 2030-01 (spent)");
  });

  it("says that nothing has looked lately, or not at everything", async () => {
    expect((await shown({ ...quiet, at: now - 600_000 })).out).toContain("does the reconciler run?");
    expect((await shown({ ...quiet, is_complete: false })).out).toContain("had no time for all of it");
    const { at: _at, ...never } = quiet;
    expect((await shown({ ...never, is_complete: false })).out).toMatch(/looked +not yet/);
  });

  it("prints the answer with --json", async () => {
    expect(JSON.parse((await shown(quiet, "--json")).out)).toEqual(quiet);
  });
});
