import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { HttpUrl, Reference, secureWhere } from "../../../core/catalog/reference-schema.ts";
import { fieldsSchema } from "../../../core/kernel/fields.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { Auth, BodyType } from "../../clients/http/auth-schema.ts";
import { callInput } from "../../clients/http/call-input.ts";
import { carriesCredentials } from "../../clients/http/credentials.ts";

/** Executors read the unparsed catalog and apply the defaults themselves, so nothing here has a zod default. */
export const appTarget = () =>
  strict({
    envs: perEnv(
      secureWhere(
        "base_url",
        ({ auth, credentials = {} }) => carriesCredentials(auth) || Object.keys(credentials).length > 0,
        strict({
          base_url: HttpUrl,
          auth: Auth.optional(),
          /** What `$Auth{app}{key}` stands for, by key. Default: nothing. */
          credentials: z.record(Tag, Reference).optional(),
        }),
      ),
    ),
    actions: z.record(
      Tag,
      strict({
        method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        /**
         * Below the base URL; `:name` is filled from the input's `params`, except right after a letter or digit, so
         * that `/messages:send` is a whole path.
         */
        path: z.string().regex(/^\//, "starts with /"),
        /** Default: json. */
        body_type: BodyType.optional(),
        /** A field of the input replaces the default's field of the same name; a query field of null removes it. */
        defaults: callInput.optional(),
        /** The fields of the body, which is checked when a job is requested. Those of the defaults need not be in it. Default: any. */
        body: fieldsSchema.optional(),
      }),
    ),
  });
export type AppTarget = z.input<ReturnType<typeof appTarget>>;
