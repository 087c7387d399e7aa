import type { CostEstimate, Costs, JobCost } from "../../../sdk/src/index.ts";
import { answering, now } from "../../support/cli/answering.ts";

const list = { region: "us-east-1", prices_as_of: "2026-11-24", assumptions: [], not_counted: ["NAT", "logs"] };
const estimated: CostEstimate = { ...list, usd_per_million: 9.28, breakdown: [] };
const id = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";
const ofJob: JobCost = {
  ...{ ...list, job_id: id, usd: 0.000013, estimated },
  parts: [{ part: "table", usd: 0.000013 }],
  breakdown: [{ what: "DynamoDB: writes", count: 20.8, usd: 0.000013 }],
};
const ofMonth: Costs = {
  ...{ ...list, product_tag: "shop", from: now, to: now + 86_400_000, by: "event" },
  ...{ usd: 1.5, runs: 100_000, ended: 100_000, examined: 100_000, is_complete: true },
  rows: [{ event: "charge", runs: 100_000, attempts: 110_000, usd: 1.5 }],
};

const health = { status: "ok" };
const shownJob = async (cost: JobCost, ...args: string[]) => {
  const { cli } = answering({ [`GET /v1/jobs/${id}/cost`]: cost, "GET /v1/health": health });
  return cli(["jobs", "cost", id, ...args], { columns: 200 });
};
const shown = async (costs: Costs, ...args: string[]) => {
  const { cli, asked } = answering({ "GET /v1/costs": costs, "GET /v1/health": health });
  return { ...(await cli(["costs", "--product", "shop", ...args], { columns: 200 })), asked };
};

describe("the command jobs cost", () => {
  it("says what the job has used, beside what explain says", async () => {
    const { code, out } = await shownJob(ofJob);
    expect(code).toBe(0);
    expect(out).toMatch(/cost +0\.00001300 USD: 13\.00 USD per million such jobs\n/);
    expect(out).toMatch(/estimated +9\.28 USD per million, by explain\n/);
    expect(out).toMatch(/parts +table 0\.00001300\n/);
    expect(out).toMatch(/0\.00001300 +20\.8 +DynamoDB: writes\n/);
    expect(out).toContain("Not counted: NAT; logs.");
  });

  it("says what was not looked at, and what is not known", async () => {
    const { out } = await shownJob({
      ...{ ...ofJob, so_far: true, runs: { examined: 101, of: 700 }, unknown: ["how it was requested"] },
      steps: { examined: 1000, usd: 0.02, more: true, missing: 3 },
    });
    expect(out).toMatch(/so far +0\.00001300 USD/);
    expect(out).toMatch(/runs +101 of 700 looked at\n/);
    expect(out).toContain(
      "1000 jobs of steps: 0.02000000 USD; there are more than were looked at; 3 are no longer kept",
    );
    expect(out).toContain("Not known: how it was requested.");
  });

  it("prints the answer with --json", async () => {
    expect(JSON.parse((await shownJob(ofJob, "--json")).out)).toEqual(ofJob);
  });
});

describe("the command costs", () => {
  it("lists what events have cost, and asks for what was said", async () => {
    const { code, out, asked } = await shown(ofMonth, "--month", "2030-01", "--env", "prd", "--by", "event");
    expect(code).toBe(0);
    expect(asked.map(({ path }) => path)).toContain("/v1/costs?product_tag=shop&env=prd&month=2030-01&by=event");
    expect(out).toMatch(/cost +1\.50 USD for 100000 runs\n/);
    expect(out).toMatch(/EVENT +RUNS +ATTEMPTS +USD +PER MILLION RUNS\ncharge +100000 +110000 +1\.50 +15\.00\n/);
    expect(out).not.toContain("incomplete");
  });

  it("takes a window by times in any form", async () => {
    const since = await shown(ofMonth, "--from", "-2d");
    expect(since.code).toBe(0);
    const queryOf = ({ asked }: typeof since) =>
      new URL(asked.find(({ path }) => path.startsWith("/v1/costs"))?.path ?? "", "https://jobs.example.com")
        .searchParams;
    expect(queryOf(since).get("from")).toMatch(/^\d{13}$/);
    const window = await shown(ofMonth, "--from", "2030-01-01T00:00:00Z", "--to", "2030-01-02T00:00:00Z");
    expect(queryOf(window).get("from")).toBe("2030-01-01T00:00:00Z");
    expect(queryOf(window).get("to")).toBe("2030-01-02T00:00:00Z");
  });

  it("says how far it has looked, and what all runs would have cost", async () => {
    const { out } = await shown({
      ...{ ...ofMonth, by: "label", is_complete: false, looked_back_to: now, ended: 200_000, extrapolated_usd: 3 },
      rows: [
        { label: "campaign 🎉", runs: 9, attempts: 9, usd: 0.1 },
        { runs: 0, attempts: 0, usd: 0 },
      ],
      ...{ more_rows: { count: 7, usd: 0.2 }, unknown: ["of 1 jobs: how it was requested"] },
    });
    expect(out).toMatch(/incomplete +100000 jobs and runs were looked at, all back to 2030-01-31/);
    expect(out).toMatch(/extrapolated +3\.00 USD for the 200000 that have ended\n/);
    expect(out).toMatch(/campaign 🎉 +9 +9 +0\.10000000/);
    expect(out).toContain("(no label)");
    expect(out).toContain("7 more, for 0.20000000 USD.");
    expect(out).toContain("Not known: of 1 jobs: how it was requested.");
  });

  it("prints the answer with --json, and needs a product", async () => {
    expect(JSON.parse((await shown(ofMonth, "--json")).out)).toEqual(ofMonth);
    const { cli } = answering({ "GET /v1/health": health });
    const { code, err } = await cli(["costs"]);
    expect(code).toBe(2);
    expect(err).toContain("--product");
  });
});
