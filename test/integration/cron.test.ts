import { differencesAtChanges, differencesFarFromChanges } from "../support/cron-compared.ts";

describe("cron expressions from 2020 to 2035, in ten time zones,", () => {
  it("fire when another library's do where the clocks do not change", () => {
    expect(differencesFarFromChanges().differences).toEqual([]);
  }, 600_000);

  it("fire on its days by our rules where the clocks change", () => {
    expect(differencesAtChanges().differences).toEqual([]);
  }, 600_000);
});
