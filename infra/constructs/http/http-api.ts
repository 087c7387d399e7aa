import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from "aws-cdk-lib/aws-apigatewayv2";
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, LogGroupClass } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "../../grants/acknowledge.ts";
import { readConfig } from "../../settings/config.ts";
import type { HttpApiSettings } from "../../settings/http-api.ts";
import { accessLogFormat } from "./access-log.ts";

/** What anybody may ask without a key: whether the service is up, and how its API and its events look. */
const open = ["/v1/health", "/openapi.json", "/events.json"];

export interface JobsHttpApiProps {
  api: IFunction;
  /** Absent where IAM decides who may ask. */
  authorizer: IFunction | undefined;
  door: HttpApiSettings;
}

/** The HTTP API: everything under /v1 goes past the authorizer, or IAM, to one function. */
export class JobsHttpApi extends Construct {
  /** Without a slash at its end. */
  readonly url: string;
  readonly stage: HttpStage;
  /** What callers with IAM are allowed to invoke. */
  readonly arn: string;
  /** Where DNS has to lead the API's own name, if it has one. */
  readonly domain: DomainName | undefined;

  constructor(scope: Construct, id: string, { api, authorizer, door }: JobsHttpApiProps) {
    super(scope, id);
    const http = new HttpApi(this, "Http", {
      apiName: Stack.of(this).stackName,
      description: "Ductape Jobs",
      createDefaultStage: false,
      ...(door.corsOrigins.length > 0 && { corsPreflight: preflightFor(door) }),
    });
    const integration = new HttpLambdaIntegration("Api", api);
    const methods = door.corsOrigins.length > 0 ? allButOptions : [HttpMethod.ANY];
    const guard = authorizer ? byKey(authorizer, door) : new HttpIamAuthorizer();
    http.addRoutes({ path: "/v1/{proxy+}", methods, integration, authorizer: guard });
    for (const path of open) {
      // By every method, so that a probe may ask with HEAD, and what is no method of theirs is told so (405).
      const routes = http.addRoutes({ path, methods, integration });
      for (const route of routes) acknowledge(route, { "AwsSolutions-APIG4": openBecause });
    }
    this.domain = door.domain && ownDomain(this, door.domain);
    this.stage = this.addStage(http, door);
    this.url = door.domain ? `https://${door.domain.name}` : http.apiEndpoint;
    this.arn = http.arnForExecuteApi("*", "/*", "$default");
  }

  private addStage(httpApi: HttpApi, { rateLimit, burstLimit, auth }: HttpApiSettings): HttpStage {
    // Of a class that costs half, since nobody but queries reads it. Its class is for good: another one needs another id.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    const logs = new LogGroup(this, "RequestLogs", {
      logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
      retention: readConfig(this.node).logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, "Stage", {
      httpApi,
      stageName: "$default",
      autoDeploy: true,
      // What is beyond is answered 429 at the door, so that one client cannot use up the account's Lambda concurrency.
      throttle: { rateLimit, burstLimit },
      // Metrics by route would be billed, and say nothing: all of /v1 is one route. The access log has the path of each request.
      detailedMetricsEnabled: false,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(accessLogFormat(auth)),
      },
      ...(this.domain && { domainMapping: { domainName: this.domain } }),
    });
  }
}

const ownDomain = (scope: Construct, { name, certificateArn }: NonNullable<HttpApiSettings["domain"]>): DomainName =>
  new DomainName(scope, "Domain", {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, "Certificate", certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });

/**
 * What pages of these origins may send and read. API Gateway answers the browser's OPTIONS by itself, but only where no
 * route takes OPTIONS: one for any method would ask the preflight, which has no key, for one.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
const preflightFor = ({ corsOrigins, auth }: HttpApiSettings): CorsPreflightOptions => ({
  allowOrigins: [...corsOrigins],
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    "prefer",
    ...(auth === "iam" ? ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] : []),
  ],
  exposeHeaders: ["location", "preference-applied", "retry-after"],
  maxAge: Duration.hours(1),
});

/** The methods that no route of ours has reach the API too: it says in its own words that they are none. */
const allButOptions = [
  HttpMethod.GET,
  HttpMethod.POST,
  HttpMethod.DELETE,
  HttpMethod.PUT,
  HttpMethod.PATCH,
  HttpMethod.HEAD,
];

const openBecause =
  "Open on purpose: probes and clients ask for the health and the schemas before they have a key; none says anything about jobs.";

/** For as long as the answer to a key is kept, one that was revoked may go on working. */
const byKey = (authorizer: IFunction, { authCacheSeconds }: HttpApiSettings) =>
  new HttpLambdaAuthorizer("ByKey", authorizer, {
    identitySource: ["$request.header.Authorization"],
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    resultsCacheTtl: Duration.seconds(authCacheSeconds),
  });
