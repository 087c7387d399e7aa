import { extname } from "node:path";

/** Of the files beside this one: `.ts` in the repository, `.js` in the package, where they are compiled. */
export const extension = extname(import.meta.url);
