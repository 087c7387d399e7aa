// One file for all of these cases: jest loads aws-cdk-lib for every test file, which takes longer than the tests.
import "./alarms.cases.ts";
import "./alerts.cases.ts";
import "./code.cases.ts";
import "./ductape-jobs.cases.ts";
import "./environments.cases.ts";
import "./golden.cases.ts";
import "./in-apps.cases.ts";
import "./intake.cases.ts";
import "./late-waits-alarm.cases.ts";
import "./least-privilege.cases.ts";
import "./operations-page.cases.ts";
import "./roll-back.cases.ts";
import "./security-page.cases.ts";
import "./service-stack.cases.ts";
import "./state-stack.cases.ts";
import "./topology.cases.ts";
import "./waiting-alarm.cases.ts";
