import { describeAnswers } from "../../support/conformance/answers.ts";
import { fakeAnswers } from "../../support/fakes/answers.ts";

describeAnswers("the fake", async () => ({ answers: fakeAnswers() }));
