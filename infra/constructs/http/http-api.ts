import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  type CfnRoute,
  type CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  DomainName,
  HttpApi,
  HttpMethod,
  type HttpRoute,
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
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import {
  approveMethods,
  approvePath,
  dashboardMethods,
  dashboardPaths,
  hookMethods,
  hookPath,
  openPaths,
  signInPath,
  signOutPath,
} from "../../../lambdas/topology.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import type { Config } from "../../settings/config.ts";
import { nameUpTo } from "../deployment-name.ts";
import { accessLogFormat } from "./access-log.ts";

interface JobsHttpApiProps {
  api: IFunction;
  /** Absent where IAM authorizes callers. */
  authorizer: IFunction | undefined;
  /** Absent where the dashboard is left out. */
  dashboard: IFunction | undefined;
  /** Serves the pages of approvals. */
  approve: IFunction;
  /** Takes deliveries of hooks. Absent where no product has any. */
  hooks: IFunction | undefined;
  /** Lets people sign in and out. Absent where no issuer vouches for any. */
  signIn: IFunction | undefined;
  config: Config;
}

/** The HTTP API: everything under /v1 passes the authorizer, or IAM, and reaches one function. Others serve the dashboard and approvals. */
export class JobsHttpApi extends Construct {
  readonly http: HttpApi;
  /** Without a trailing slash. */
  readonly url: string;
  readonly stage: HttpStage;
  /** What IAM policies of callers must allow them to invoke. */
  readonly arn: string;
  /** The target of the DNS record for the API's own domain name, if it has one. */
  readonly domain: DomainName | undefined;

  constructor(scope: Construct, id: string, props: JobsHttpApiProps) {
    super(scope, id);
    const { api, authorizer, dashboard, approve, hooks, signIn, config } = props;
    const http = new HttpApi(this, "Http", {
      // https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
      apiName: nameUpTo(128, this),
      description: "Ductape Jobs",
      createDefaultStage: false,
      ...(config.corsOrigins.length > 0 && { corsPreflight: preflightFor(config) }),
    });
    const integration = new HttpLambdaIntegration("Api", api, ofAllRoutes);
    const methods = config.corsOrigins.length > 0 ? allButOptions : [HttpMethod.ANY];
    const guard = authorizer ? byKey(authorizer, config) : new HttpIamAuthorizer();
    http.addRoutes({ path: "/v1/{proxy+}", methods, integration, authorizer: guard });
    for (const path of openPaths) {
      // Any method, so that probes may use HEAD, and the API itself answers other methods with 405.
      const routes = http.addRoutes({ path, methods, integration });
      for (const route of routes) acknowledge(route, { "AwsSolutions-APIG4": openBecause });
    }
    this.serve(http, "Approve", approve, {
      paths: [approvePath],
      // Where API Gateway answers OPTIONS itself, no route may take any method.
      methods: config.corsOrigins.length > 0 ? approveMethods : ["ANY"],
      because: approveOpenBecause,
    });
    if (dashboard)
      this.serve(http, "Page", dashboard, {
        paths: dashboardPaths,
        methods: dashboardMethods,
        because: pageOpenBecause,
      });
    const ofHooks = hooks
      ? this.serve(http, "Hooks", hooks, { paths: [hookPath], methods: hookMethods, because: hookOpenBecause })
      : [];
    const ofSignIn = signIn ? this.serveSignIn(http, signIn) : [];
    this.domain = config.domain && customDomain(this, config.domain);
    this.http = http;
    this.stage = this.addStage(http, config);
    this.throttle(ofHooks, ofSignIn, config);
    this.url = config.domain ? `https://${config.domain.name}` : http.apiEndpoint;
    this.arn = http.arnForExecuteApi("*", "/*", "$default");
  }

  /** Paths that need no key, with their methods: API Gateway matches a path of the API first. */
  private serve(http: HttpApi, id: string, page: IFunction, { paths, methods, because }: OpenPaths): HttpRoute[] {
    const integration = new HttpLambdaIntegration(id, page, ofAllRoutes);
    const routes = paths.flatMap((path) =>
      http.addRoutes({ path, methods: methods.map((method) => HttpMethod[method]), integration }),
    );
    for (const route of routes) acknowledge(route, { "AwsSolutions-APIG4": because });
    return routes;
  }

  private serveSignIn(http: HttpApi, lambda: IFunction): HttpRoute[] {
    const because = signInOpenBecause;
    return [
      ...this.serve(http, "SignIn", lambda, { paths: [signInPath], methods: signInMethods, because }),
      ...this.serve(http, "SignOut", lambda, { paths: [signOutPath], methods: signOutMethods, because }),
    ];
  }

  /**
   * Half of the rate of the API, and no more, is for routes that anybody may send to: a flood of forged deliveries leaves the other half.
   * Each sign-in asks the issuer, which no flood may do.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
   */
  private throttle(
    ofHooks: readonly HttpRoute[],
    ofSignIn: readonly HttpRoute[],
    { rateLimit, burstLimit }: Config,
  ): void {
    const routes = [...ofHooks, ...ofSignIn];
    if (routes.length === 0) return;
    const stage = this.stage.node.defaultChild as CfnStage;
    const half = {
      ThrottlingRateLimit: Math.max(1, Math.floor(rateLimit / 2)),
      ThrottlingBurstLimit: Math.max(1, Math.floor(burstLimit / 2)),
    };
    const few = {
      ThrottlingRateLimit: Math.min(half.ThrottlingRateLimit, signInsPerSecond),
      ThrottlingBurstLimit: Math.min(half.ThrottlingBurstLimit, 2 * signInsPerSecond),
    };
    const limits = [
      ...ofHooks.map((route) => [route, half] as const),
      ...ofSignIn.map((route) => [route, few] as const),
    ];
    stage.routeSettings = Object.fromEntries(limits.map(([{ node }, limit]) => [routeKeyOf(node), limit]));
    // API Gateway knows the route before its stage limits it.
    stage.node.addDependency(...routes);
  }

  private addStage(httpApi: HttpApi, { rateLimit, burstLimit, auth, logDays }: Config): HttpStage {
    // Infrequent Access costs half, and only queries read this log. The class of a log group cannot be changed: another class
    // needs another construct id.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    const logs = new LogGroup(this, "RequestLogs", {
      logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, "Stage", {
      httpApi,
      stageName: "$default",
      autoDeploy: true,
      // API Gateway answers the rest with 429, so that one client cannot use up the account's Lambda concurrency.
      throttle: { rateLimit, burstLimit },
      // Metrics per route would be billed and say nothing: all of /v1 is one route.
      detailedMetricsEnabled: false,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(accessLogFormat(auth)),
      },
      ...(this.domain && { domainMapping: { domainName: this.domain } }),
    });
  }
}

/** One permission to invoke a function for all routes of this API, and not one for each: a stack has 500 resources. */
const ofAllRoutes = { scopePermissionToRoute: false } as const;

interface OpenPaths {
  paths: readonly string[];
  methods: readonly ("ANY" | "GET" | "HEAD" | "POST")[];
  /** Why they need no key. */
  because: string;
}

const customDomain = (scope: Construct, { name, certificateArn }: NonNullable<Config["domain"]>): DomainName =>
  new DomainName(scope, "Domain", {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, "Certificate", certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });

/**
 * What pages of these origins may send and read. API Gateway answers the browser's OPTIONS requests itself, but only if no
 * route accepts OPTIONS: a route for any method would require a key of the preflight request, which has none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
const preflightFor = ({ corsOrigins, auth }: Config): CorsPreflightOptions => ({
  allowOrigins: [...corsOrigins],
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PUT, CorsHttpMethod.DELETE],
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "prefer",
    // Tracing libraries set them by themselves: the browser would refuse the whole request for one that is not allowed.
    "traceparent",
    "tracestate",
    ...(auth === "iam" ? ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] : []),
  ],
  // With those by which the SDK names a request that API Gateway has refused itself, and reads the API's clock.
  exposeHeaders: ["apigw-requestid", "date", "etag", "location", "preference-applied", "retry-after"],
  maxAge: Duration.hours(1),
});

/** Includes methods that no route has: the API answers them in its own words. */
const allButOptions = [
  HttpMethod.GET,
  HttpMethod.POST,
  HttpMethod.DELETE,
  HttpMethod.PUT,
  HttpMethod.PATCH,
  HttpMethod.HEAD,
];

const openBecause =
  "Open on purpose: probes and clients request the health and the schemas before they have a key; none of them reveals anything about jobs.";

const pageOpenBecause =
  "Open on purpose: a browser loads the page before its user has typed a key. The page and its files are the same for everybody and hold no data.";

const approveOpenBecause =
  "Open on purpose: people who are asked for a decision have no key. The token in the path is signed, and is checked before anything is read.";

/** How many requests a second each route of signing in takes. */
const signInsPerSecond = 20;
const signInMethods = ["GET", "POST"] as const;
const signOutMethods = ["POST"] as const;

const routeKeyOf = (node: HttpRoute["node"]): string => (node.defaultChild as CfnRoute).routeKey;

const signInOpenBecause =
  "Open on purpose: who signs in has no key yet, and an issuer vouches for the person before one is made. Who signs out brings the key, which the function checks.";

const hookOpenBecause =
  "Open on purpose: providers have no key. They sign what they send, and the signature is checked before anything is read.";

/** A revoked key may continue to work for as long as API Gateway caches the authorizer's answer. */
const byKey = (authorizer: IFunction, { authCacheSeconds }: Config) =>
  new HttpLambdaAuthorizer("ByKey", authorizer, {
    identitySource: ["$request.header.Authorization"],
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    resultsCacheTtl: Duration.seconds(authCacheSeconds),
  });
