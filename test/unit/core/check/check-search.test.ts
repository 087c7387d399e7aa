import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { action } from "../../../support/catalog/action.ts";

const create = { type: "action", app: "shop", action: "create_order" };
const checked = (jobs: Record<string, object>) =>
  checkCatalog(
    [
      {
        tag: "shop",
        envs: ["dev", "prd"],
        apps: action.apps,
        jobs: Object.fromEntries(Object.entries(jobs).map(([tag, more]) => [tag, { ...create, ...more }])),
      },
    ],
    registry,
  );
const faults = (search: unknown, more: object = {}) => checked({ create: { search, ...more } });
const order = "$Input{body}{order}";
const named = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`field${from + i}`, order]));

it("an event may be searched by values of its input and its result", () => {
  const search = {
    order,
    charge: "$Result{body}{id}",
    customer: { value: '$Input{params}{"the customer"}', sealed: true },
    Region_2: { value: "$Input{body}{lines}{0}{region}", public: true },
  };
  expect(faults(search)).toEqual([]);
  expect(faults({ card: { value: "$Input{body}{card}", sealed: true } }, { redact: ["/body"] })).toEqual([]);
});

const oneReference = /one reference into the input or the result/;

it.each<[unknown, string, RegExp]>([
  [{ order: "A-17" }, "/order", oneReference],
  [{ order: "$Input" }, "/order", oneReference],
  [{ order: "$Result" }, "/order", oneReference],
  [{ order: "$Input{body" }, "/order", oneReference],
  [{ order: "$Reslut{id}" }, "/order", oneReference],
  [{ order: "$Result{id} of $Input{body}" }, "/order", oneReference],
  [{ order: "$Variable{tier}" }, "/order", oneReference],
  [{ order: `$Trim(${order})` }, "/order", oneReference],
  [{ order: { value: "$Sequence{main}{a}", public: true } }, "/order/value", oneReference],
  [{ order: { value: order, sealed: true, public: true } }, "/order/public", /may see inputs only/],
  [{ order: { value: order, seald: true } }, "/order", /Invalid|neither|must be|sealed/i],
  [{ "my-order": order }, "/my-order", /letters, digits and underscores/],
  [{ "2nd": order }, "/2nd", /start with a letter/],
  [{ [`a${"b".repeat(40)}`]: order }, `/a${"b".repeat(40)}`, /40/],
  [named(6), "", /at most 5 fields/],
])("the catalog's check refuses the search %j at %s", (search, pointer, detail) => {
  const found = faults(search);
  expect(found.map((fault) => fault.pointer)).toEqual([expect.stringContaining(`/shop/jobs/create/search${pointer}`)]);
  expect(found[0]?.detail).toMatch(detail);
});

it.each(["/body/order", "/body", "/*/order", "", "/body/order/deeper"])(
  "what redact hides by %j must be sealed",
  (pointer) => {
    expect(faults({ order }, { redact: [pointer] })).toEqual([
      { pointer: "/shop/jobs/create/search/order", detail: expect.stringContaining("sealed: true") },
    ]);
    expect(faults({ order: { value: order, sealed: true } }, { redact: [pointer] })).toEqual([]);
  },
);

it("hides results by the same pointers", () => {
  expect(faults({ id: { value: "$Result{body}{id}" } }, { redact: ["/body"] })).toEqual([
    { pointer: "/shop/jobs/create/search/id/value", detail: expect.stringContaining("redact") },
  ]);
  expect(faults({ id: "$Result{body}{id}" }, { redact: ["/other"] })).toEqual([]);
});

it("a name means the same in all events of a product", () => {
  const sealed = { value: order, sealed: true };
  expect(checked({ a: { search: { order } }, b: { search: { order: "$Result{order}" } } })).toEqual([]);
  expect(checked({ a: { search: { order } }, b: { search: { order: sealed } } })).toEqual([
    { pointer: "/shop/jobs/b/search/order", detail: expect.stringContaining('in the event "a"') },
  ]);
});

it("a product has 20 names at most, of which events may share any", () => {
  const events = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`e${i}`, { search: named(5, i * 5) }]));
  expect(checked(events(4))).toEqual([]);
  expect(checked({ ...events(4), more: { search: named(5, 3) } })).toEqual([]);
  expect(checked({ ...events(4), more: { search: { one: order } } })).toEqual([
    { pointer: "/shop/jobs/more/search/one", detail: expect.stringContaining("at most 20 names") },
  ]);
});
