/** A catalog with a second product, whose name is as long as names of departments are. Its events have the names of the first one's. */
export const twoProducts = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
const name = "Operations of the warehouses in the north-east of the country";
export const products = [mine, { ...mine, tag: "ops", name }];
`;
