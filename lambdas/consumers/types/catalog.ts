import { products } from "../../../products/index.ts";
import { makeCatalog, type Product } from "../../core/catalog/catalog.ts";
import { registry } from "./registry.ts";

/** The team's products. */
export const catalog = makeCatalog(products as readonly unknown[] as readonly Product[], registry);
