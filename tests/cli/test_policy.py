"""The policy commands: what they answer, in words, JSON and exit codes."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ran import Ran, Run

OLD = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": ["s3:Get*", "s3:ListBucket"],
      "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]
    },
    {"Effect": "Allow", "Action": ["sqs:*", "foo:Bar", "s3:GetObjekt"], "Resource": "*",
     "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    {"Sid": "NoSecrets", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/secret/*"}
  ]
}
"""
NEW = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]},
    {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:SendMessageBatch", "sqs:Send*"], "Resource": "*"}
  ]
}
"""
ANN = "arn:aws:iam::111122223333:user/ann"

Feed = Callable[[str], None]


@pytest.fixture
def policies(tmp_path: Path) -> None:
    """Two policies, old.json and new.json, in the folder where commands run."""
    (tmp_path / "old.json").write_text(OLD)
    (tmp_path / "new.json").write_text(NEW)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Gives the next command a standard input."""

    def feed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return feed


def lines(ran: Ran) -> list[str]:
    """What was written for people."""
    return ran.out.splitlines()


pytestmark = pytest.mark.usefixtures("policies")


def test_expand_says_what_is_granted_and_what_is_not_known(run: Run) -> None:
    ran = run("policy", "expand", "old.json")
    assert ran.code == 0
    assert ran.err == ""
    assert lines(ran)[0] == "Grants 84 known actions of 2 services."
    assert "s3 (Amazon S3): 64 of 180 known actions, in part only" in lines(ran)
    assert lines(ran)[lines(ran).index("Whole services, in part only:") + 1] == "  sqs"
    assert "It also grants what its patterns match among actions that are not known, of foo, s3, sqs." in lines(ran)
    assert "Statement[1] foo:Bar: unknown service 'foo'; it counts all the same." in lines(ran)


def test_expand_lists_whole_services_by_name_and_action_by_action_where_asked(run: Run) -> None:
    asked = ("policy", "expand", "--action", "*")
    ran = run(*asked)
    assert lines(ran)[2] == "Whole services:"
    assert lines(ran)[3].startswith("  a2c, a4b, ")
    assert "It also grants actions of services that are not known" in ran.out
    assert len(lines(ran)) < 20
    full = run(*asked, "-v")
    assert "s3 (Amazon S3): all 180 known actions" in lines(full)
    assert "more" not in full.out


def test_expand_writes_names_alone_for_other_programs(run: Run, feed: Feed) -> None:
    feed('{"Statement": {"Effect": "Allow", "Action": "sqs:Send*", "Resource": "*"}}')
    assert run("policy", "expand", "--format", "list").out == "sqs:SendMessage\n"
    listed = run("policy", "expand", "--action", "sqs:*Message", "--action", "s3:getobject", "--format", "list")
    assert listed.out.splitlines() == ["s3:GetObject", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage"]


def test_expand_as_json_says_which_statement_grants_an_action_and_whether_in_part(run: Run) -> None:
    document = json.loads(run("policy", "expand", "old.json", "--format", "json").out)
    assert document["schema"] == "leastwise/policy-expand/1"
    actions = {one["action"]: one for one in document["actions"]}
    assert actions["s3:GetObject"]["statements"] == [0]
    assert actions["sqs:SendMessage"]["is_narrowed"]
    assert [one["pattern"] for one in document["unknown_patterns"]] == ["foo:Bar", "s3:GetObjekt"]
    assert not document["grants_unknown_services"]
    everything = json.loads(run("policy", "expand", "--action", "*", "--format", "json").out)
    assert everything["grants_unknown_services"]
    assert not any(one["is_narrowed"] for one in everything["actions"])


def test_check_shows_a_request_that_only_the_new_policy_allows(run: Run) -> None:
    ran = run("policy", "check", "old.json", "new.json")
    assert ran.code == 3
    assert ran.err == ""
    assert lines(ran)[0] == "Yes: new.json grants more than old.json. This request, for one:"
    assert 'allowed by  new.json:4:5 (Statement[0] "Read")' in lines(ran)
    assert "no statement of old.json allows it" in lines(ran)
    assert "  actions    s3:* except s3:Get*, s3:ListBucket" in lines(ran)
    assert "  where      not (aws:sourceip: IpAddress 10.0.0.0/8)" in lines(ran)


def test_the_witness_of_a_check_is_one_for_simulate(run: Run) -> None:
    document = json.loads(run("policy", "check", "old.json", "new.json", "--format", "json").out)
    assert document["grants_more"] == "yes"
    request = document["witness"]["request"]
    asked = ("policy", "simulate", "--action", request["action"], "--resource", request["resource"])
    assert run(*asked, "new.json").code == 0
    assert run(*asked, "old.json").code == 3


def test_check_proves_that_nothing_is_added(run: Run, feed: Feed) -> None:
    feed(NEW)
    ran = run("policy", "check", "-", "new.json")
    assert ran.code == 0
    assert ran.out.startswith("No: new.json grants nothing that")
    document = json.loads(run("policy", "check", "new.json", "new.json", "--format", "json").out)
    assert (document["grants_more"], document["witness"], document["gaps"]) == ("no", None, [])


def test_check_names_the_deny_that_is_gone(run: Run, tmp_path: Path) -> None:
    statements = json.loads(OLD)["Statement"]
    (tmp_path / "open.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements[:2]}))
    ran = run("policy", "check", "old.json", "open.json")
    assert ran.code == 3
    assert 'denied by   old.json:12:5 (Statement[2] "NoSecrets")' in lines(ran)


def test_check_says_so_where_it_cannot_decide_and_does_not_pass(run: Run, tmp_path: Path) -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    for name, tags in (("one", ["a"]), ("two", ["a", "b"])):
        condition = {"ForAnyValue:StringNotEqualsIfExists": {"aws:TagKeys": tags}}
        statements = [allow, allow | {"Effect": "Deny", "Condition": condition}]
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    ran = run("policy", "check", "two.json", "one.json")
    assert ran.code == 4
    assert ran.out.startswith("Unknown: it could be proved neither that one.json grants more than two.json nor that")
    assert "(perhaps: no request was found)" in ran.out


def test_minimize_keeps_what_it_does_not_shorten_to_the_byte(run: Run) -> None:
    ran = run("policy", "minimize", "new.json")
    assert ran.code == 0
    assert ran.out == NEW.replace('["sqs:SendMessage", "sqs:SendMessageBatch", "sqs:Send*"]', '["sqs:Send*"]')
    assert ran.err == "leastwise: 239 characters have become 198; it grants the same, also of what AWS may add\n"
    assert run("policy", "minimize", "new.json", "--quiet").err == ""


def test_minimize_writes_a_file_that_grants_the_same(run: Run) -> None:
    assert run("policy", "minimize", "new.json", "--output", "shorter.json").out == ""
    assert run("policy", "check", "new.json", "shorter.json").code == 0
    assert run("policy", "check", "shorter.json", "new.json").code == 0
    assert run("policy", "minimize", "shorter.json").err == "leastwise: 198 characters; nothing to shorten\n"


def test_minimize_writes_open_wildcards_only_where_told(run: Run) -> None:
    asked = ("policy", "minimize", *(f"--action=sqs:{name}" for name in ("AddPermission", "CancelMessageMoveTask")))
    names = ("--action=sqs:ChangeMessageVisibility", "--action=sqs:CreateQueue")
    exact = json.loads(run(*asked, *names).out)
    assert len(exact["Statement"][0]["Action"]) == 4
    opened = run(*asked, *names, "--wildcards", "open")
    assert all("*" in pattern for pattern in json.loads(opened.out)["Statement"][0]["Action"])
    assert "more of what AWS may add" in opened.err


def test_minimize_splits_for_a_limit_and_says_why_it_cannot(run: Run) -> None:
    split = run("policy", "minimize", "--limit", "150", "--documents", "5", "--format", "json", "new.json")
    assert split.code == 0
    documents = json.loads(split.out)["documents"]
    assert len(documents) == 2
    assert all(one["size"] <= 150 for one in documents)
    tight = run("policy", "minimize", "--limit", "50", "new.json")
    assert tight.code == 3
    assert tight.out == ""
    assert tight.err.startswith("leastwise: it does not fit: Statement[")
    as_json = json.loads(run("policy", "minimize", "--limit", "50", "new.json", "--format", "json").out)
    assert as_json["documents"] == []
    assert as_json["misfit"]


def test_simulate_names_the_statements_behind_each_decision(run: Run) -> None:
    secret = "arn:aws:s3:::logs/secret/a"
    ran = run("policy", "simulate", "--action", "s3:GetObject", "--resource", secret, "old.json")
    assert ran.code == 3
    assert lines(ran)[0] == "denied: a statement denies it"
    assert '    old.json:12:5 (Statement[2] "NoSecrets")' in lines(ran)
    assert "  The policies ask for keys that the request does not have: aws:sourceip." in lines(ran)


def test_simulate_heeds_context_caller_and_every_kind_of_policy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bound.json").write_text('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    (tmp_path / "all.json").write_text('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    asked = ("policy", "simulate", "--action", "sqs:SendMessage", "--caller", ANN, "old.json")
    inside = (*asked, "--context", "aws:SourceIp=10.1.2.3")
    assert run(*asked).code == 3
    assert run(*inside).code == 0
    assert run(*asked, "--context", "aws:SourceIp=11.1.2.3").code == 3
    assert run(*inside, "--boundary", "bound.json").code == 3
    assert run(*inside, "--session", "bound.json").code == 3
    assert run(*inside, "--scp", "bound.json").code == 3
    assert run(*inside, "--scp", "bound.json,all.json").code == 0
    assert run(*inside, "--scp", "all.json", "--scp", "bound.json").code == 3
    assert run(*inside, "--resource-account", "444455556666").code == 3
    document = json.loads(run(*inside, "--format", "json").out)
    [decision] = document["decisions"]
    assert decision["outcome"] == "allowed"
    assert decision["request"]["context"]["aws:username"] == ["ann"]
    assert "aws:username" in decision["implied_keys"]
    assert decision["reasons"][0]["statements"][0]["line"] == 10


def test_simulate_reads_a_trust_policy_for_assume_role(run: Run, tmp_path: Path) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": ANN}, "Action": "sts:AssumeRole"}
    (tmp_path / "trust.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": trust}))
    role = "arn:aws:iam::111122223333:role/deploy"
    asked = ("policy", "simulate", "--action", "sts:AssumeRole", "--resource", role, "--resource-policy", "trust.json")
    assert run(*asked, "--caller", ANN).code == 0
    assert run(*asked, "--caller", ANN.replace("ann", "bob")).code == 3


def test_simulate_tries_each_action_on_each_resource_and_says_if_it_knows_none(run: Run) -> None:
    resources = ("--resource", "arn:aws:s3:::logs/a", "--resource", "arn:aws:s3:::logs/b")
    ran = run("policy", "simulate", "--action", "s3:GetObject", "--action", "s3:GetObjekt", *resources, "old.json")
    assert ran.code == 0
    assert [line for line in lines(ran) if line == "allowed"] == ["allowed"] * 4
    assert lines(ran).count("  No known action is called s3:GetObjekt.") == 2


def test_validate_marks_the_place_of_each_fault(run: Run) -> None:
    ran = run("policy", "validate", "old.json")
    assert ran.code == 3
    assert "old.json:10:56: warning [unknown-action] Statement[1].Action[2]" in lines(ran)
    place = lines(ran).index("old.json:10:56: warning [unknown-action] Statement[1].Action[2]")
    quoted, marked = lines(ran)[place + 2 : place + 4]
    assert quoted[marked.index("^") : marked.rindex("^") + 1] == '"s3:GetObjekt"'
    assert lines(ran)[-1] == "Found 2 warnings in 1 policy."


def test_validate_reads_standard_input_and_says_what_iam_refuses(run: Run, feed: Feed) -> None:
    feed('{"Statement": {"Effect": "allow"}}')
    ran = run("policy", "validate", "--format", "json")
    assert ran.code == 3
    [notice] = json.loads(ran.out)["notices"]
    assert (notice["source"], notice["code"], notice["severity"]) == ("-", "malformed-policy", "error")


def test_validate_narrows_by_severity_and_passes_what_is_clean(run: Run) -> None:
    assert run("policy", "validate", "old.json", "--severity", "error").code == 0
    assert run("policy", "validate", "old.json", "--exit-zero").code == 0
    clean = run("policy", "validate", "old.json", "--severity", "error")
    assert clean.out == "Nothing found in 1 policy.\n"
    assert run("policy", "validate", "old.json", "--severity", "error", "--limit", "50").code == 3


def test_a_long_line_is_shown_around_the_fault(run: Run, feed: Feed) -> None:
    pad = ", ".join(f'"sqs:Send{number}*"' for number in range(40))
    feed(f'{{"Statement": {{"Effect": "Allow", "Action": [{pad}, "s3:GetObjekt"], "Resource": "*"}}}}')
    ran = run("policy", "validate", "--severity", "warning")
    assert all(len(line) <= 100 for line in lines(ran))
    marked = [place for place, line in enumerate(lines(ran)) if "^" in line]
    assert all('"' in lines(ran)[place - 1][lines(ran)[place].index("^")] for place in marked)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek", "old.json", "new.json"), "did you mean check?"),
        (("check", "old.json"), "NEW.json"),
        (("check", "-", "-"), "standard input can be read only once"),
        (("expand", "none.json"), "cannot read none.json: No such file"),
        (("expand", "."), "cannot read .: Is a directory"),
        (("expand", "--action", "GetObject"), "an action needs a service prefix"),
        (("minimize", "--documents", "2", "old.json"), "--documents needs --limit"),
        (("minimize", "--limit", "0", "old.json"), "--limit"),
        (("simulate", "old.json"), "--action"),
        (("simulate", "--action", "s3:Get*", "old.json"), "a request is for one action"),
        (("simulate", "--action", "s3:GetObject"), "there is no policy to try"),
        (("simulate", "--action", "s3:GetObject", "--context", "x", "old.json"), "it must be KEY=VALUE"),
        (("simulate", "--action", "s3:GetObject", "--resource", "b", "old.json"), "a resource is * or an ARN"),
        (("simulate", "--action", "s3:GetObject", "--resource-account", "1", "old.json"), "12 digits"),
        (("simulate", "--action", "s3:GetObject", "--caller-role", ANN, "old.json"), "--caller-role needs --caller"),
        (
            ("simulate", "--action", "s3:GetObject", "--caller", ANN.replace("user", "role"), "old.json"),
            "makes no requests",
        ),
        (("validate", "--kind", "bucket", "old.json"), "bucket"),
        (("validate", "--limit", "many", "old.json"), "many"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("policy", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("leastwise: error: ")
    assert len(ran.err.splitlines()) <= 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "policy.json is empty"),
        (b"x\xff", "policy.json is not UTF-8: byte 1 is 0xff"),
        (b'{"Statement": [}', "policy.json:1:16: not valid JSON"),
        (b'{"PolicyVersion": {"Document": {}}}', "--query PolicyVersion.Document"),
        (b'{"Role": {}}', "--query Role.AssumeRolePolicyDocument"),
        (b'{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}', "--kind trust"),
        (b"[" * 100_000, "policy.json:1:"),
        (b'{"Statement": "\\ud800"}', "policy.json:1:"),
        (b'{"Statement": "\0"}', "policy.json:1:"),
    ],
)
@pytest.mark.parametrize("command", ["expand", "minimize", "check", "simulate"])
def test_a_text_that_is_no_policy_is_refused_with_its_place(
    run: Run, tmp_path: Path, command: str, text: bytes, said: str
) -> None:
    (tmp_path / "policy.json").write_bytes(text)
    more = {"check": ["new.json"], "simulate": ["--action", "s3:GetObject"]}.get(command, [])
    ran = run("policy", command, "policy.json", *more)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
    assert len(ran.err.splitlines()) <= 2


def test_a_byte_order_mark_is_no_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf" + NEW.encode())
    assert run("policy", "check", "marked.json", "new.json").code == 0


@pytest.mark.parametrize("columns", ["80", "200"])
def test_texts_fit_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for arguments in (("expand", "old.json"), ("check", "old.json", "new.json"), ("validate", "old.json", "new.json")):
        assert all(len(line) <= int(columns) for line in lines(run("policy", *arguments)))
