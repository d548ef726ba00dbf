@if organization
# leastwise: AWS Config rules of an organization for what identities are granted and do not use. Apply it in one region
# of the management account, or of a delegated administrator for AWS Config.
@else
# leastwise: AWS Config rules for what identities are granted and do not use. IAM is global: apply it in one region.
@end

terraform {
  required_version = ">= 1.3"

  required_providers {
    # Older ones do not know the runtime.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"
    }
  }
}

variable "package" {
  description = "The file that `leastwise config-rule package` wrote."
  type        = string
}

@insert choices

variable "name_prefix" {
  description = "What the names of the rules, of the function and of its log group begin with."
  type        = string
  default     = "leastwise"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name_prefix))
    error_message = "A letter, then letters, digits and hyphens: 32 characters at most."
  }
}

variable "frequency" {
  description = "How often Config asks. AWS's data on usage is up to four hours old, so that a day is often enough."
  type        = string
  default     = "TwentyFour_Hours"
}

variable "log_retention_days" {
  description = "How many days the function's log is kept."
  type        = number
  default     = 30
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms go to; empty for alarms that only the console shows."
  type        = string
  default     = ""
}
@if organization

variable "organization_id" {
  description = "The id of the organization, which `aws organizations describe-organization` prints."
  type        = string

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "An organization's id is o- and 10 to 32 small letters and digits."
  }
}

variable "organizational_units" {
  description = "Ids of the root or of the units whose accounts get the role."
  type        = list(string)
}

variable "excluded_accounts" {
  description = "Ids of the accounts that get no rule, such as those where Config is off."
  type        = list(string)
  default     = []
}

variable "call_as" {
  description = "SELF in the management account, DELEGATED_ADMIN in that of a delegated administrator for StackSets."
  type        = string
  default     = "SELF"
}
@end

@insert variables

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  place     = "${local.region}:${local.account}"
  alarms    = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
  # `s3://bucket/prefix/{account}` becomes `bucket/prefix/*`.
  store = replace(trimsuffix(trimprefix(var.store_uri, "s3://"), "/"), "{account}", "*")

  @insert rules

@if on-change
  messages = [
    "ScheduledNotification",
    "ConfigurationItemChangeNotification",
    "OversizedConfigurationItemChangeNotification",
  ]
  types = ["AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::Policy"]
@else
  messages = ["ScheduledNotification"]
  types    = null
@end

  # What is empty is not passed.
  rules = {
    for name, parameters in local.chosen : name => {
      for key, value in parameters : key => tostring(value) if value != ""
    }
  }

  # What is done in the account that is judged.
  rule_statements = concat(
    [
      {
        Sid    = "Usage"
        Effect = "Allow"
        Action = [
          "iam:GenerateCredentialReport",
          "iam:GenerateServiceLastAccessedDetails",
          "iam:GetAccountAuthorizationDetails",
          "iam:GetCredentialReport",
          "iam:GetServiceLastAccessedDetails",
        ]
        # Every identity and policy of the account is read or asked about.
        Resource = "*"
      },
      {
        Sid    = "Evaluations"
        Effect = "Allow"
        Action = ["config:GetResourceConfigHistory", "config:PutEvaluations"]
        # AWS knows no resource that these could be narrowed to.
        Resource = "*"
      },
      {
        Sid      = "EarlierEvaluations"
        Effect   = "Allow"
        Action   = ["config:GetComplianceDetailsByConfigRule"]
        Resource = "arn:${local.partition}:config:${local.place}:config-rule/*"
      },
    ],
    [
      for statement in [
        {
          Sid      = "SendFindings"
          Effect   = "Allow"
          Action   = ["securityhub:BatchImportFindings"]
          Resource = "arn:${local.partition}:securityhub:${local.place}:product/${local.account}/default"
        },
        {
          Sid      = "EarlierFindings"
          Effect   = "Allow"
          Action   = ["securityhub:GetFindings"]
          Resource = "arn:${local.partition}:securityhub:${local.place}:hub/default"
        },
      ] : statement if var.security_hub == "true"
    ],
  )

  store_statements = [
    for statement in [
      {
        Sid      = "Store"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:${local.partition}:s3:::${local.store}/*"
      },
      {
        Sid      = "StoreList"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:${local.partition}:s3:::${split("/", local.store)[0]}"
      },
    ] : statement if var.store_uri != ""
  ]
}

resource "aws_lambda_function" "rule" {
  function_name    = "${var.name_prefix}-config-rule"
  description      = "Judges for AWS Config what identities are granted and do not use."
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  handler          = "leastwise.config_rule.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  role             = aws_iam_role.function.arn
  memory_size      = 512
  # An account too large for a quarter of an hour is judged in more than one invocation.
  timeout = 900

  environment {
    variables = {
      LEASTWISE_STATE_URI = "s3://${aws_s3_bucket.state.id}/state"
    }
  }

  # Lambda makes a log group without an end to what it keeps where there is none.
  depends_on = [aws_cloudwatch_log_group.function]
}

resource "aws_iam_role" "function" {
  name_prefix = "${var.name_prefix}-"
  description = "What leastwise needs to judge identities for AWS Config, and nothing else."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "leastwise"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.rule_statements,
      [
        {
          Sid      = "State"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${aws_s3_bucket.state.arn}/state/*"
        },
        {
          # Else S3 would say of an object that is not there that it is denied.
          Sid      = "StateThatIsNotThere"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = aws_s3_bucket.state.arn
        },
        {
          Sid      = "NextInvocation"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = "arn:${local.partition}:lambda:${local.place}:function:${var.name_prefix}-config-rule"
        },
        {
          Sid      = "DeadLetters"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = aws_sqs_queue.dead_letters.arn
        },
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.function.arn}:*"
        },
      ],
      local.store_statements,
@if organization
      [
        {
          Sid      = "Members"
          Effect   = "Allow"
          Action   = ["sts:AssumeRole"]
          Resource = "arn:${local.partition}:iam::*:role/${var.role_name}"
          # Config of any account may invoke the function, but a stranger's role is never assumed.
          Condition = { StringEquals = { "aws:ResourceOrgID" = var.organization_id } }
        },
      ],
@end
    )
  })
}

resource "aws_lambda_function_event_invoke_config" "rule" {
  function_name                = aws_lambda_function.rule.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name_prefix}-config-rule"
  retention_in_days = var.log_retention_days
}

resource "aws_sqs_queue" "dead_letters" {
  name_prefix               = "${var.name_prefix}-dead-letters-"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name_prefix}-config-rule-errors"
  alarm_description   = "An invocation of leastwise's function for AWS Config failed; its log says why."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.rule.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarms
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name_prefix}-config-rule-dead-letters"
  alarm_description   = "An event of AWS Config could not be handled in three attempts; the queue has it."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarms
}

resource "aws_s3_bucket" "state" {
  bucket_prefix = "${lower(var.name_prefix)}-state-"
  # Nothing in it lasts longer than a week.
  force_destroy = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "a-week"
    status = "Enabled"

    filter {}

    expiration {
      days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_lambda_permission" "config" {
  statement_id  = "ConfigMayInvoke"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.rule.function_name
  principal     = "config.amazonaws.com"

@if organization
  # Config invokes it for the account of each member, and no condition of a permission can say "any of them".
@else
  source_account = local.account
@end
}

@if organization
# Accounts that join later get the role, too. The management account never does: the function uses its own role there.
resource "aws_cloudformation_stack_set" "members" {
  name             = "${var.name_prefix}-config-rule-members"
  description      = "The role that leastwise assumes in the accounts of members."
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  managed_execution {
    active = true
  }

  parameters = {
    FunctionRoleArn = aws_iam_role.function.arn
    OrganizationId  = var.organization_id
    RoleName        = var.role_name
    SecurityHub     = var.security_hub
  }

  template_body = <<-EOT
    @insert member-role
  EOT

  lifecycle {
    # AWS says it only of stack sets with permissions of their own.
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "members" {
  stack_set_name = aws_cloudformation_stack_set.members.name
  call_as        = var.call_as

  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
  }
}

resource "aws_config_organization_custom_rule" "rule" {
  for_each = local.rules

  name                        = "${var.name_prefix}-${each.key}"
  description                 = local.descriptions[each.key]
  lambda_function_arn         = aws_lambda_function.rule.arn
  maximum_execution_frequency = var.frequency
  excluded_accounts           = var.excluded_accounts
  input_parameters            = jsonencode(each.value)
  trigger_types               = local.messages
  resource_types_scope        = local.types

  depends_on = [
    aws_cloudformation_stack_set_instance.members,
    aws_iam_role_policy.function,
    aws_lambda_permission.config,
  ]
}
@else
resource "aws_config_config_rule" "rule" {
  for_each = local.rules

  name             = "${var.name_prefix}-${each.key}"
  description      = local.descriptions[each.key]
  input_parameters = jsonencode(each.value)

  dynamic "scope" {
    for_each = local.types == null ? [] : [local.types]

    content {
      compliance_resource_types = scope.value
    }
  }

  source {
    owner             = "CUSTOM_LAMBDA"
    source_identifier = aws_lambda_function.rule.arn

    dynamic "source_detail" {
      for_each = local.messages

      content {
        message_type                = source_detail.value
        maximum_execution_frequency = source_detail.value == "ScheduledNotification" ? var.frequency : null
      }
    }
  }

  depends_on = [aws_iam_role_policy.function, aws_lambda_permission.config]
}
@end

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.rule.function_name
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.function.arn
}

output "rule_names" {
  description = "Names of the rules."
  value       = [for rule in local.rules : "${var.name_prefix}-${rule.rule}"]
}

output "dead_letters_url" {
  description = "The queue of the events that could not be handled."
  value       = aws_sqs_queue.dead_letters.url
}
