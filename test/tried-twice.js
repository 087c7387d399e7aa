import { jest } from "@jest/globals";

// Real servers and clocks make a test fail once in some thousand runs, which says more of the machine than of the code. What failed first is printed.
jest.retryTimes(1, { retryImmediately: true, logErrorsBeforeRetry: true });
