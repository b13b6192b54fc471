#!/usr/bin/env python3
"""Judges reports of the conformance replayer.

    conformance.py --expected FILE [--no-skips] REPORT...

Every scenario must pass in one of the reports, but those of the list, which must fail: the list
only becomes shorter. A scenario that is skipped everywhere is named, and is a failure with
--no-skips.
"""
import argparse
import json
import sys


def read_list(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.split("#")[0].strip() for line in file)
        return {line for line in lines if line}


def read_reports(paths):
    """By scenario: its verdicts, and the first difference."""
    verdicts, differences = {}, {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for scenario in json.load(file)["scenarios"]:
                name = scenario["name"]
                verdicts.setdefault(name, set()).add(scenario["verdict"])
                for difference in scenario["differences"][:1]:
                    differences[name] = difference
    return verdicts, differences


def judge(expected, verdicts, differences, no_skips):
    """What is wrong, one sentence each."""
    for name in sorted(expected - verdicts.keys()):
        yield f"{name} is expected to fail, but there is no such scenario: take it off the list"
    for name, found in sorted(verdicts.items()):
        if name in expected:
            if "FAIL" not in found:
                yield f"{name} is expected to fail, but does not: take it off the list"
        elif "FAIL" in found:
            difference = json.dumps(differences.get(name), ensure_ascii=False)[:2000]
            yield f"{name} fails: {difference}"
        elif "PASS" not in found and no_skips:
            yield f"{name} was skipped"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--expected", required=True, help="scenarios that are known to fail")
    parser.add_argument("--no-skips", action="store_true", help="a skipped scenario is a failure")
    parser.add_argument("reports", nargs="+", help="JSON reports of the replayer")
    args = parser.parse_args()
    expected = read_list(args.expected)
    verdicts, differences = read_reports(args.reports)
    wrong = list(judge(expected, verdicts, differences, args.no_skips))
    for name in sorted(name for name, found in verdicts.items() if found == {"SKIP"}):
        print(f"SKIPPED: {name}", file=sys.stderr)
    passed = sum(found & {"PASS", "FAIL"} == {"PASS"} for found in verdicts.values())
    print(f"{passed} of {len(verdicts)} scenarios pass, {len(expected)} are known not to")
    if wrong or not passed:
        sys.exit("\n".join(f"WRONG: {sentence}" for sentence in wrong or ["no scenario passes"]))


if __name__ == "__main__":
    main()
