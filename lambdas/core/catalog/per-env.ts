import * as z from "zod";
import { Tag } from "../kernel/tag.ts";

/** A catalog entry's settings per environment of its product. `checkCatalog` makes sure that none is missing. */
export const perEnv = <Config extends z.ZodType>(config: Config) => z.record(Tag, config);
