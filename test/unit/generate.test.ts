import * as z from "zod";
import { pythonOf } from "../../generate/python.ts";
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

describe("the Python that is generated of a schema", () => {
  const python = (io: "input" | "output") => pythonOf(shapes, ["Lamp"], io);

  it("has for a request what may be left out, with what each field says", () => {
    expect(python("input")).toBe(`Status = Literal["on", "off"]


class LampPlace(TypedDict):
    room: str


class Lamp(TypedDict):
    """A lamp."""

    status: Status
    earlier: list[Status]
    """What it was, oldest first."""
    watts: NotRequired[int]
    """How much it takes."""
    name: NotRequired[str]
    """What it is called. Default: its number."""
    place: LampPlace | None
    tags: Mapping[str, str | float]`);
  });

  it("has for an answer what is always there", () => {
    expect(python("output")).toContain("    watts: int\n");
    expect(python("output")).toContain("    tags: dict[str, str | float]");
  });

  it("writes fields whose names are keywords apart, since no class has them", () => {
    const Off = z.object({ except: z.array(z.string()).optional(), by: z.literal(true) });
    expect(pythonOf({ Off: { schema: Off } }, ["Off"], "input")).toBe(
      `OffKeywords = TypedDict("OffKeywords", {"except": NotRequired[list[str]]})


class Off(OffKeywords):
    by: Literal[True]`,
    );
  });

  it("gives each part of a union its name, and what it extends only what is new", () => {
    const Any = z.union([z.object({ a: z.string() }), z.object({ b: z.string().describe('Say "so"') })]);
    const Larger = Lamp.extend({ any: Any });
    const made = pythonOf(
      {
        Lamp: shapes.Lamp,
        Larger: { schema: Larger, doc: "", extends: "Lamp", omit: Object.keys(Lamp.shape) },
      },
      ["Larger"],
      "output",
    );
    expect(made).toContain("class Larger(Lamp):\n    any: LargerAny1 | LargerAny2");
    expect(made).toContain(`class LargerAny2(TypedDict):\n    b: str\n    """Say "so" """`);
  });

  it("refuses a schema for which it has none", () => {
    expect(() => pythonOf({ Odd: { schema: z.object({ at: z.date() }) } }, ["Odd"], "output")).toThrow(
      "there is no type of Python for a schema of type date",
    );
  });
});
