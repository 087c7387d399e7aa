import { sentBytes, shorten, shownFaults } from "../../../../lambdas/core/kernel/sizes.ts";

test.each<[string, unknown]>([
  ["quotes", { a: 'say "so"' }],
  ["lines of a CSV text", { csv: '1,"a"\n2,"b"\r\n' }],
  ["backslashes", { path: "C:\\x\\" }],
  ["control characters", { a: "\u0001\u001f" }],
  ["other scripts", { a: "订单 ключ 🚀" }],
])("the envelope's size of %s is counted", (_what, value) => {
  const json = JSON.stringify(value);
  const inEnvelope =
    Buffer.byteLength(JSON.stringify({ body: json })) - Buffer.byteLength(JSON.stringify({ body: "" }));
  expect(sentBytes(json)).toBe(inEnvelope);
  expect(sentBytes(Buffer.from(json))).toBe(inEnvelope);
});

test.each(["short", "x".repeat(1024), "é".repeat(512)])("a message that fits stays unchanged", (text) => {
  expect(shorten(text)).toBe(text);
});

test.each(["x".repeat(1025), "é".repeat(513), "🚀".repeat(300_000)])(
  "a message that is too long is cut between two characters",
  (text) => {
    const cut = shorten(text);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(1016);
    expect(cut.isWellFormed() && cut.endsWith("…")).toBe(true);
  },
);

describe("the faults that an answer shows", () => {
  const faults = Array.from({ length: 250 }, (_, i) => ({ pointer: `/input/${i}`, detail: "is too long" }));

  it("are the first hundred, and the count of the others", () => {
    const shown = shownFaults(faults, 1_000_000);
    expect(shown.faults).toEqual(faults.slice(0, 100));
    expect(shown.omitted).toBe(150);
  });

  it("are fewer where the answer is full, but at least one", () => {
    const shown = shownFaults(faults, 500);
    expect(shown.faults.length).toBeGreaterThan(1);
    expect(sentBytes(JSON.stringify(shown.faults))).toBeLessThanOrEqual(502);
    expect(shownFaults(faults, 1)).toEqual({ faults: faults.slice(0, 1), omitted: 249 });
  });

  it("are cut where the caller has named a field at length", () => {
    const [fault] = shownFaults(
      [{ pointer: `/input/${"k".repeat(100_000)}`, detail: "d".repeat(100_000) }],
      10_000,
    ).faults;
    expect(fault?.pointer).toHaveLength(498);
    expect(fault?.detail).toHaveLength(498);
  });
});
