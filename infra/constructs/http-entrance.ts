import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { readConfig } from "../config.ts";

/** A burst beyond this is answered 429 at the door, so that one client cannot use up the account's Lambda concurrency. */
const throttle = { rateLimit: 1000, burstLimit: 2000 };

/** What anybody may ask without a key: whether the service is up, and how its API looks. */
const open = ["/v1/health", "/openapi.json"];

/** The HTTP API: everything under /v1 goes past the authorizer to one function. */
export class HttpEntrance extends Construct {
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, { api, authorizer }: { api: IFunction; authorizer: IFunction }) {
    super(scope, id);
    const http = new HttpApi(this, "Http", { description: "Ductape Jobs", createDefaultStage: false });
    const integration = new HttpLambdaIntegration("Api", api);
    http.addRoutes({ path: "/v1/{proxy+}", methods: [HttpMethod.ANY], integration, authorizer: byKey(authorizer) });
    for (const path of open) {
      const routes = http.addRoutes({ path, methods: [HttpMethod.GET], integration });
      for (const route of routes) acknowledge(route, { "AwsSolutions-APIG4": openBecause });
    }
    this.addStage(http);
    this.url = http.apiEndpoint;
  }

  private addStage(httpApi: HttpApi): void {
    const logs = new LogGroup(this, "AccessLogs", {
      retention: readConfig(this.node).logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: accessLog },
    });
  }
}

const openBecause =
  "Open on purpose: probes and clients ask for the health and the OpenAPI document before they have a key; neither says anything about jobs.";

/** The answer to a key is kept for five minutes: a key that was replaced works that much longer. */
const byKey = (authorizer: IFunction) =>
  new HttpLambdaAuthorizer("ByKey", authorizer, {
    identitySource: ["$request.header.Authorization"],
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    resultsCacheTtl: Duration.minutes(5),
  });

/** Who asked for what and how it went. The path holds ids at most; queries and headers are left out. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    request_id: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTimeEpoch(),
    ip: AccessLogField.contextIdentitySourceIp(),
    method: AccessLogField.contextHttpMethod(),
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    bytes: AccessLogField.contextResponseLength(),
    latency_ms: AccessLogField.contextResponseLatency(),
    integration_error: AccessLogField.contextIntegrationErrorMessage(),
    authorizer_error: AccessLogField.contextAuthorizerError(),
  }),
);
