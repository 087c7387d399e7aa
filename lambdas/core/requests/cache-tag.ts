import * as z from "zod";
import { requestLimits } from "../kernel/request-limits.ts";

/** A tag stands in a path, which has one spelling: so it has nothing that would have to be percent-encoded there. */
const pattern = new RegExp(`^[A-Za-z0-9][A-Za-z0-9_.~-]{0,${requestLimits.cacheTag - 1}}$`);

export const cacheTagRule = `must be 1 to ${requestLimits.cacheTag} letters, digits and _ . ~ -, beginning with a letter or digit`;

/** The tag under which a result is remembered. */
export const CacheTagField = z.string().regex(pattern, cacheTagRule);
