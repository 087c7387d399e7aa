/** A product without envs, for what a team sees of a fault in its catalog. */
export const products = [{ tag: "shop", jobs: {} }];
