import { differencesAtChanges, differencesFarFromChanges } from "../support/cron-compared.ts";

describe("the times of cron expressions from 2020 to 2035, in ten time zones", () => {
  it("are those of another library where the clocks do not change", () => {
    expect(differencesFarFromChanges().differences).toEqual([]);
  }, 600_000);

  it("are those of its calendar by our rules where they change", () => {
    expect(differencesAtChanges().differences).toEqual([]);
  }, 600_000);
});
