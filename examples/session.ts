// Orders for whoever is signed in: the job gets claims of a token, and neither the token nor the claims are shown.
import { ductape, InvalidRequestError } from "ductape-sdk";
import { SignJWT } from "jose";

/** What your sign-in does. The secret is the demo's, which is on this machine only. */
const tokenFor = (email: string) =>
  new SignJWT({ sub: "c-42", email })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("my-product")
    .setExpirationTime("10m")
    .sign(new TextEncoder().encode("the demo's secret, which everybody knows"));

const request = (token: string) => ({
  env: "dev",
  product_tag: "my-product",
  event: "order_again",
  input: {
    params: { customer: "$Session{customer}{sub}" },
    body: { sku: "A-1", receipt_to: "$Session{customer}{email}" },
  },
  session: { tag: "customer", token },
});

const explained = await ductape.jobs.explain(request(await tokenFor("ada@example.com")));
console.log("checked:", explained.session?.checked.join(", "));

const receipt = await ductape.processor.job.dispatch(request(await tokenFor("ada@example.com")));
const job = await ductape.jobs.get(receipt.job_id, { wait: 25 });
console.log(job.status, job.session);

try {
  await ductape.processor.job.dispatch(request("no token"));
} catch (error) {
  if (!(error instanceof InvalidRequestError)) throw error;
  console.log(error.errors);
}
