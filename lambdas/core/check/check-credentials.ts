import { targetsOf } from "../catalog/catalog.ts";
import type { Product, Registry } from "../catalog/job-type.ts";
import { eachText } from "../expressions/template-faults.ts";
import type { Fault } from "../kernel/errors.ts";
import { jsonPointer } from "../kernel/schema.ts";

const mention = /\$Auth\s*\{/;

const detail =
  "$Auth means nothing here: it is known in the defaults of an action, and in the input of a feature's step that runs one";

/** Texts of targets that mention a credential where it would be sent unevaluated. Those that are evaluated are checked by their types. */
export function checkCredentials(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  const faults: Fault[] = [];
  for (const definition of Object.values(registry)) {
    if (definition.texts) continue;
    for (const [name, target] of Object.entries(targetsOf(product, definition))) {
      eachText(target, [...prefix, definition.section, name], (text, path) => {
        if (mention.test(text) && !isDefault(path.slice(prefix.length)))
          faults.push({ pointer: jsonPointer(path), detail });
      });
    }
  }
  return faults;
}

/** `apps.<app>.actions.<action>.defaults` */
const isDefault = ([section, , part, , field]: readonly PropertyKey[]): boolean =>
  section === "apps" && part === "actions" && field === "defaults";
