import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { catalogVariable } from "./catalog-variable.ts";

/** Puts the catalog of a team in the place of the one that `#catalog` names, as the bundles of a deployment do. */
const file = process.env[catalogVariable];
if (file !== undefined)
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "#catalog" ? { url: pathToFileURL(file).href, shortCircuit: true } : next(specifier, context),
  });
