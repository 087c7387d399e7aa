import { type Calendars, noCalendars } from "../job/series.ts";
import type { Catalog } from "./catalog.ts";

/** The calendars of a product; none if the catalog has lost it. */
export const calendarsOf = (catalog: Pick<Catalog, "products">, product: string): Calendars =>
  catalog.products.find(({ tag }) => tag === product)?.calendars ?? noCalendars;
