/** A catalog with a second product, whose name is as long as names of departments are. Its events have the names of the first one's, and it has one more. */
export const twoProducts = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
const name = "Operations of the warehouses in the north-east of the country";
const jobs = { ...mine.jobs, call_partner: { type: "action", app: "shop", action: "call_partner" } };
export const products = [mine, { ...mine, tag: "ops", name, jobs }];
`;
