// One file for all of these cases: see stacks.test.ts.
import "./options.cases.ts";
import "./catalog-grants.cases.ts";
import "./setup.cases.ts";
import "./many-products.cases.ts";
import "./audit-record.cases.ts";
import "./sign-in.cases.ts";
import "./traces.cases.ts";
import "./search.cases.ts";
