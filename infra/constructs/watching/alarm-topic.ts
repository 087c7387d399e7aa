import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "../../grants/acknowledge.ts";

/** The topic that receives a message when an alarm is raised and another when it is over. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { email: string | undefined }) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", {
      displayName: "Ductape Jobs alarms",
      masterKey: this.key(),
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [alarmsOf(this)],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
      }),
    );
    if (email !== undefined) this.subscribe(email);
  }

  /** Lets the topic receive an alarm. */
  receive(alarm: Alarm): void {
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }

  /**
   * A key of its own: CloudWatch cannot publish to a topic that is encrypted with the AWS-managed key of SNS.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   */
  private key(): Key {
    const key = new Key(this, "Key", {
      description: "Encrypts the alarms of Ductape Jobs on their way",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    // Without a condition, as AWS has this statement: whether CloudWatch sends `aws:SourceAccount` to KMS is documented nowhere, and
    // a refusal would silence every alarm, which only its history would say. The topic's policy has the condition.
    // https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
      }),
    );
    return key;
  }

  private subscribe(email: string): void {
    this.topic.addSubscription(new EmailSubscription(email));
    acknowledge(this.topic, {
      "Serverless-SNSRedrivePolicy":
        "An e-mail that cannot be delivered is of no use later: the alarm stays in CloudWatch and in the dashboard.",
    });
  }
}

/** CloudWatch, on behalf of this account's alarms only. */
const alarmsOf = (scope: Construct) =>
  new ServicePrincipal("cloudwatch.amazonaws.com", {
    conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
  });
