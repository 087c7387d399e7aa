import { products } from "#catalog";
import { makeCatalog } from "../../core/catalog/catalog.ts";
import type { Product } from "../../core/catalog/job-type.ts";
import { definitions } from "./definitions.ts";

/** The team's products. */
export const catalog = makeCatalog(products as readonly unknown[] as readonly Product[], definitions);
