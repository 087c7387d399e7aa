import * as z from "zod";
import { SignIn } from "../../core/access/sign-in.ts";
import { AuditDays, fromJson } from "./env.ts";

/** The environment of the function that lets people sign in. It stands apart because no other function needs the schema of rules. */
export const SignInEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    /** The setting `signIn`, as JSON. */
    SIGN_IN: fromJson().pipe(SignIn),
    /** The URL of the API, where the page is too, without a slash at its end. */
    API_URL: z.url(),
    AUDIT_DAYS: AuditDays(),
  });
export type SignInEnv = z.infer<ReturnType<typeof SignInEnv>>;
