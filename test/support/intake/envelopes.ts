/** The envelopes in which AWS services deliver a request, as their documentation shows them. */

export const eventId = "6a7e8feb-b491-4cf7-a9f1-bf3703467718";
export const busEvent = (detail: unknown, more: Record<string, unknown> = {}) => ({
  version: "0",
  id: eventId,
  "detail-type": "schedule-job",
  source: "shop.orders",
  account: "111122223333",
  time: "2030-01-01T12:00:00Z",
  region: "us-west-1",
  resources: [],
  detail,
  ...more,
});

export const topicMessageId = "dc1e94d9-56c5-5e96-808d-cc7f68faa162";
export const topicMessage = (message: string) => ({
  Type: "Notification",
  MessageId: topicMessageId,
  TopicArn: "arn:aws:sns:us-west-1:111122223333:intake",
  Subject: "TestSubject",
  Message: message,
  Timestamp: "2030-01-01T12:00:00.000Z",
  SignatureVersion: "1",
  Signature: "FMG5tlZhJNHLHUXvZgtZzlk24FzVa7oX0T4P03neeXw8ZEXZx6z35j2FOTuNYShn",
  SigningCertURL: "https://sns.us-west-1.amazonaws.com/SimpleNotificationService-1.pem",
  UnsubscribeURL: "https://sns.us-west-1.amazonaws.com/?Action=Unsubscribe",
});

export const invocationId = "e4b46cbf-b738-xmpl-8880-a18cdf61200e";
export const failedInvocation = (requestPayload: unknown) => ({
  version: "1.0",
  timestamp: "2030-01-01T12:03:00.000Z",
  requestContext: {
    requestId: invocationId,
    functionArn: "arn:aws:lambda:us-west-1:111122223333:function:intake:$LATEST",
    condition: "RetriesExhausted",
    approximateInvokeCount: 3,
  },
  requestPayload,
  responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
  responsePayload: { errorType: "Unavailable", errorMessage: "{}" },
});

export const bucketNotification = (
  key: string,
  { bucket = "payloads", eventName = "ObjectCreated:Put", size = 10, eTag = "d41d8cd98f00b204e9800998ecf8427e" } = {},
) => ({
  Records: [
    {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "us-west-1",
      eventTime: "2030-01-01T12:00:00.123Z",
      eventName,
      userIdentity: { principalId: "AWS:AIDAI" },
      requestParameters: { sourceIPAddress: "127.0.0.1" },
      responseElements: { "x-amz-request-id": "C3D13FE58DE4C810" },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "imports",
        bucket: { name: bucket, ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: `arn:aws:s3:::${bucket}` },
        object: { key, size, eTag, sequencer: "0055AED6DCD90281E5" },
      },
    },
  ],
});

export const testNotification = {
  Service: "Amazon S3",
  Event: "s3:TestEvent",
  Time: "2030-01-01T12:00:00.000Z",
  Bucket: "payloads",
  RequestId: "5582815E1AEA5ADF",
  HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
};
