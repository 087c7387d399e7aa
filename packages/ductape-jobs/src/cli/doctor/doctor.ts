import { type ApiOptions, line, succeeded } from "../context.ts";
import type { ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { clean, jsonText } from "../terminal/clean.ts";
import { paintOf, statusPaint } from "../terminal/colour.ts";
import { padded, widthOf } from "../terminal/width.ts";
import { type AwsQuestions, realAws } from "./aws.ts";
import { checkApi } from "./check-api.ts";
import { checkAws } from "./check-aws.ts";
import { checkCode } from "./check-code.ts";
import { checkNode, checkNpm } from "./check-machine.ts";
import type { Finding } from "./finding.ts";

export interface DoctorOptions extends ApiOptions {
  deploy?: boolean;
}

/** `doctor`: whether this machine, the AWS account and the API are fit for use. Changes nothing. */
export async function doctor(io: Io, options: DoctorOptions, aws: AwsQuestions = realAws()): Promise<ExitCode> {
  const [npm, api, account] = await Promise.all([
    checkNpm(),
    checkApi(io, options.url),
    checkAws(aws, options.deploy === true),
  ]);
  const mayAsk = account.every(({ check, state }) => !/^AWS (credentials|Region)$/.test(check) || state === "ok");
  const code = mayAsk ? await checkCode(io, options.url, aws) : [];
  const findings = [checkNode(), npm, ...api, ...account, ...code];
  if (options.json) io.out.write(line(jsonText({ findings }, 2)));
  else io.out.write(linesOf(findings, io).map(line).join(""));
  return succeeded(findings.every(({ state }) => state !== "problem"));
}

function linesOf(findings: readonly Finding[], io: Io): string[] {
  const painted = statusPaint(paintOf(io));
  const widest = (field: "state" | "check") => Math.max(...findings.map((finding) => widthOf(finding[field])));
  const [states, checks] = [widest("state"), widest("check")];
  return findings.flatMap(({ state, check, detail, remedy }) => [
    `${painted(state)}${" ".repeat(states - state.length)}  ${padded(check, checks)}  ${clean(detail)}`,
    ...(remedy ? [`${" ".repeat(states + checks + 4)}${clean(remedy)}`] : []),
  ]);
}
