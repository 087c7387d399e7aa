/** A function in code, as `code<typeof import("...")>(...)` leaves it in the catalog: the type of its module, and of the export if it has another name. */
interface TypedEntry<Module, Export> {
  readonly code: string;
  readonly $module?: Module;
  readonly $export?: Export;
}

/** What the module of an entry exports for it. Never for an entry that is no code, or whose module has no type. */
export type CodeOf<F, Name> =
  F extends TypedEntry<infer Module, infer Export>
    ? unknown extends Module
      ? never
      : ExportOf<Module, [Export] extends [never] ? Name : Export>
    : never;

type ExportOf<Module, Name> = Name extends keyof Module
  ? Module[Name] extends { readonly run: (...args: never) => unknown }
    ? Module[Name]
    : never
  : never;

/** What a function takes: the input of its schema, or else the first parameter of its `run`. */
export type PayloadOf<Code> = Code extends {
  readonly input: { readonly "~standard": { readonly types?: { readonly input: infer Input } | undefined } };
}
  ? Input
  : Code extends { readonly run: (input: infer Input, ...rest: never) => unknown }
    ? Input
    : never;

/** What it returns, once that is there. A function that returns nothing has the result null. */
export type ReturnedOf<Code> = Code extends { readonly run: (...args: never) => infer Result }
  ? Awaited<Result> extends infer Value
    ? unknown extends Value
      ? Value
      : Value extends NonNullable<unknown> | null
        ? Value
        : null
    : never
  : never;

/** What a feature in code takes: what its handler does, of which its schema makes it. */
export type FeatureInputOf<Code> = Code extends { readonly run: (ctx: never, input: infer Input) => unknown }
  ? Input
  : never;
