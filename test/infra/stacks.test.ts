// One file for all of these: jest loads aws-cdk-lib anew for every file, which takes longer than what they test.
import "./alarms.cases.ts";
import "./golden.cases.ts";
import "./intake.cases.ts";
import "./least-privilege.cases.ts";
import "./operations-page.cases.ts";
import "./service-stack.cases.ts";
import "./state-stack.cases.ts";
import "./topology.cases.ts";
