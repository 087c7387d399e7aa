import * as z from "zod";
import { typescriptOf } from "../../generate/typescript.ts";

const Status = z.enum(["on", "off"]).describe("Whether it is on.");
const Lamp = z
  .object({
    status: Status,
    earlier: z.array(z.enum(["on", "off"])).describe("What it was, oldest first."),
    watts: z.int().default(40).describe("How much it takes."),
    name: z
      .string()
      .optional()
      .meta({ description: "What it is called. Default: its number.", examples: ["hall", "attic"] }),
    place: z.object({ room: z.string() }).nullable(),
    tags: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .describe("A lamp.");
const shapes = { Status: { schema: Status }, Lamp: { schema: Lamp } };

describe("the TypeScript that is generated of a schema", () => {
  it("has for a request what may be left out, with defaults and examples", () => {
    expect(typescriptOf(shapes, {}, "input")).toBe(`/** Whether it is on. */
export type Status = "on" | "off";

/** A lamp. */
export interface Lamp {
status: Status;
/** What it was, oldest first. */
earlier: (Status)[];
/**
 * How much it takes.
 * @default \`40\`
 */
watts?: number | undefined;
/**
 * What it is called.
 * @default its number
 * @example \`"hall"\`, or \`"attic"\`
 */
name?: string | undefined;
place: {
room: string;
} | null;
tags: Record<string, string | number>;
}`);
  });

  it("has for an answer what is always there", () => {
    expect(typescriptOf({ Lamp: { schema: Lamp.pick({ watts: true, name: true }) } }, {}, "output")).toContain(
      "watts: number;",
    );
  });

  it("takes a field's type, default and absence from the SDK's additions", () => {
    const shape = {
      schema: Lamp.pick({ status: true, watts: true, name: true }),
      extends: ["Device"],
      omit: ["watts"],
      defaults: { status: "off" },
      fields: { name: "string | null" },
    };
    const made = typescriptOf({ Lamp: shape }, { State: Status }, "input");
    expect(made).toContain("interface Lamp extends Device {");
    expect(made).toContain("/**\n * @default off\n */\nstatus?: State | undefined;");
    expect(made).toContain("name?: string | null | undefined;");
    expect(made).not.toContain("watts");
  });

  it("is missing for what is no data", () => {
    expect(() => typescriptOf({ When: { schema: z.date() } }, {}, "input")).toThrow("type date");
  });
});
