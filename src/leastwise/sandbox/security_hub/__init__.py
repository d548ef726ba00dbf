"""The sandbox's Security Hub: findings, as strict as AWS's."""
