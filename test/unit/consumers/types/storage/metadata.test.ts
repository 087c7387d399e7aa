import { largestMetadata, metadataFaults } from "../../../../../lambdas/consumers/types/storage/metadata.ts";

const providers = ["s3", "gcs", "azure"] as const;

describe("the metadata of a file", () => {
  it.each(providers)("may have names and values that %s keeps unchanged", (provider) => {
    const metadata = { order: "A-1", Order_2: "~!@ x  y", _: "1", constructor: "Brunel", a: "x".repeat(1800) };
    expect(metadataFaults(metadata, provider)).toEqual([]);
    expect(metadataFaults({}, provider)).toEqual([]);
  });

  it.each([
    ["order-id", [], [], 1],
    ["2nd", [], [], 1],
    ["-", [], [], 1],
    ["", 1, 1, 1],
    ["a b", 1, 1, 1],
    ["a.b", 1, 1, 1],
    ["a:b", 1, 1, 1],
    ["a\r\nb", 1, 1, 1],
    ["ключ", 1, 1, 1],
    ["😀", 1, 1, 1],
    ["ductape-run", 1, 1, 1],
    ["Ductape-Run", 1, 1, 1],
    ["ductape_run", 1, 1, 1],
    ["DUCTAPE_RUN", 1, 1, 1],
    ["ductape_runs", [], [], []],
  ])("may have the name %j or not: S3 %j, Google %j, Azure %j", (name, ...expected) => {
    const found = providers.map((provider) => metadataFaults({ [name]: "x" }, provider));
    expect(found).toEqual(expected.map((one) => (one === 1 ? [{ name, detail: expect.any(String) }] : [])));
  });

  it.each(["", " ", " a", "a ", "a\tb", "a\nb", "a\r\nx-amz-acl: public-read", "é", "😀", "\uffff", "\x7f", "\0"])(
    "may not have the value %j anywhere",
    (value) => {
      for (const provider of providers) {
        const [fault, ...more] = metadataFaults({ a: value }, provider);
        expect(more).toEqual([]);
        expect(fault).toEqual({ name: "a", detail: expect.stringMatching(/^must (not be empty|be printable ASCII)/) });
        if (value !== "") expect(fault?.detail).toContain("encodeURIComponent");
      }
    },
  );

  it("may not have two names that differ by capitals", () => {
    const faults = metadataFaults({ order: "1", Order: "2", other: "3", ORDER: "4" }, "gcs");
    expect(faults.map(({ name }) => name)).toEqual(["Order", "ORDER"]);
    expect(faults[0]?.detail).toMatch(/^is there already, in other capitals/);
  });

  it("is limited in all, and every fault is found", () => {
    const most = { ab: "x".repeat(largestMetadata - 2) };
    const detail = "has more than 1984 bytes of names and values";
    expect(metadataFaults(most, "s3")).toEqual([]);
    expect(metadataFaults({ abc: most.ab }, "azure")).toEqual([{ detail }]);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, "é"]));
    expect(metadataFaults(many, "gcs")).toHaveLength(501);
  });

  it("leaves room for the run, which S3 counts too", () => {
    const run = `job_${"0".repeat(32)}-${Number.MAX_SAFE_INTEGER}`;
    expect(largestMetadata + "ductape-run".length + run.length).toBeLessThanOrEqual(2048);
  });
});
