#!/usr/bin/env python3
"""The life of an Iou over gRPC, with the stubs that the package dazl brings.

    flow.py --bank-port PORT --owner-port PORT --dar CantonExamples-3.2.0.dar

Uploads the model, allocates parties, issues an Iou at one participant, transfers it at another (or
at the same), reads the active contracts, streams updates from the beginning and from the middle,
and sees a duplicate command and a double spend refused. Ends with the first wrong answer.
"""
import argparse
import sys
import time
import uuid

import grpc
from dazl._gen.com.daml.ledger.api.v2 import (
    command_service_pb2,
    command_service_pb2_grpc,
    commands_pb2,
    state_service_pb2,
    state_service_pb2_grpc,
    transaction_filter_pb2,
    update_service_pb2,
    update_service_pb2_grpc,
    value_pb2,
)
from dazl._gen.com.daml.ledger.api.v2.admin import (
    package_management_service_pb2,
    package_management_service_pb2_grpc,
    party_management_service_pb2,
    party_management_service_pb2_grpc,
)
from google.rpc import error_details_pb2, status_pb2

USER = "python-flow"
RUN = uuid.uuid4().hex[:8]
# how long what must come may take
PATIENCE_SECONDS = 20

IOU = value_pb2.Identifier(package_id="#CantonExamples", module_name="Iou", entity_name="Iou")


class Wrong(Exception):
    """The ledger did not answer as it must."""


def expect(condition, what):
    if not condition:
        raise Wrong(what)


# ---- values and commands


def party(name):
    return value_pb2.Value(party=name)


def record(**fields):
    return value_pb2.Record(
        fields=[value_pb2.RecordField(label=label, value=value) for label, value in fields.items()]
    )


def issue(payer, owner, amount):
    """The payer promises an amount to the owner."""
    amount = record(value=value_pb2.Value(numeric=amount), currency=value_pb2.Value(text="USD"))
    arguments = record(
        payer=party(payer),
        owner=party(owner),
        amount=value_pb2.Value(record=amount),
        viewers=value_pb2.Value(list=value_pb2.List()),
    )
    create = commands_pb2.CreateCommand(template_id=IOU, create_arguments=arguments)
    return commands_pb2.Command(create=create)


def transfer(contract_id, new_owner):
    """The owner hands the Iou over."""
    exercise = commands_pb2.ExerciseCommand(
        template_id=IOU,
        contract_id=contract_id,
        choice="Transfer",
        choice_argument=value_pb2.Value(record=record(newOwner=party(new_owner))),
    )
    return commands_pb2.Command(exercise=exercise)


# ---- a participant


class Participant:
    """The calls of one participant that the story needs."""

    def __init__(self, port):
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.packages = package_management_service_pb2_grpc.PackageManagementServiceStub(channel)
        self.parties = party_management_service_pb2_grpc.PartyManagementServiceStub(channel)
        self.commands = command_service_pb2_grpc.CommandServiceStub(channel)
        self.state = state_service_pb2_grpc.StateServiceStub(channel)
        self.updates = update_service_pb2_grpc.UpdateServiceStub(channel)

    def upload(self, dar):
        request = package_management_service_pb2.UploadDarFileRequest(dar_file=dar)
        self.packages.UploadDarFile(request, timeout=PATIENCE_SECONDS)

    def allocate(self, hint):
        request = party_management_service_pb2.AllocatePartyRequest(party_id_hint=f"{hint}-{RUN}")
        return self.parties.AllocateParty(request, timeout=PATIENCE_SECONDS).party_details.party

    def wait_until_known(self, name):
        request = party_management_service_pb2.GetPartiesRequest(parties=[name])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.parties.GetParties(request, timeout=PATIENCE_SECONDS).party_details:
            expect(time.monotonic() < deadline, f"{name} is not known at the other participant")
            time.sleep(0.02)

    def submit(self, submitter, command_id, command):
        """Submits a command and answers with its transaction."""
        commands = commands_pb2.Commands(
            user_id=USER,
            command_id=f"{command_id}-{RUN}",
            act_as=[submitter],
            commands=[command],
        )
        request = command_service_pb2.SubmitAndWaitForTransactionRequest(commands=commands)
        answer = self.commands.SubmitAndWaitForTransaction(request, timeout=PATIENCE_SECONDS)
        return answer.transaction

    def end(self):
        request = state_service_pb2.GetLedgerEndRequest()
        return self.state.GetLedgerEnd(request, timeout=PATIENCE_SECONDS).offset

    def active(self, name):
        """The active contracts of a party."""
        request = state_service_pb2.GetActiveContractsRequest(
            active_at_offset=self.end(), event_format=event_format(name)
        )
        answers = self.state.GetActiveContracts(request, timeout=PATIENCE_SECONDS)
        return [
            answer.active_contract.created_event
            for answer in answers
            if answer.WhichOneof("contract_entry") == "active_contract"
        ]

    def transactions(self, name, after, count=None):
        """The transactions of a party after an offset: those up to now, or the next so many."""
        request = update_service_pb2.GetUpdatesRequest(
            begin_exclusive=after,
            end_inclusive=self.end() if count is None else None,
            update_format=transaction_filter_pb2.UpdateFormat(
                include_transactions=transaction_filter_pb2.TransactionFormat(
                    event_format=event_format(name),
                    transaction_shape=transaction_filter_pb2.TRANSACTION_SHAPE_LEDGER_EFFECTS,
                )
            ),
        )
        found = []
        stream = self.updates.GetUpdates(request, timeout=PATIENCE_SECONDS)
        for answer in stream:
            if answer.WhichOneof("update") == "transaction":
                found.append(answer.transaction)
            if len(found) == count:
                stream.cancel()
                break
        return found


def event_format(name):
    """All that a party sees."""
    everything = transaction_filter_pb2.CumulativeFilter(
        wildcard_filter=transaction_filter_pb2.WildcardFilter()
    )
    filters = transaction_filter_pb2.Filters(cumulative=[everything])
    return transaction_filter_pb2.EventFormat(filters_by_party={name: filters}, verbose=True)


def the_contract(transaction):
    """The contract that a transaction creates, which is to be one."""
    created = [event.created for event in transaction.events if event.HasField("created")]
    expect(len(created) == 1, f"not one contract is created: {transaction}")
    return created[0].contract_id


def owner(created):
    fields = {field.label: field.value for field in created.create_arguments.fields}
    return fields["owner"].party


def refused(submit, reason, code):
    """Checks that a submission is refused with an error id; the error's details."""
    try:
        submit()
    except grpc.RpcError as error:
        expect(error.code() == code, f"{error.code()} where {code} should be: {error.details()}")
        details = Details(error)
        expect(details.reason == reason, f"{details.reason} where {reason} should be")
        return details
    raise Wrong(f"accepted, though it should be refused with {reason}")


class Details:
    """What an error says to programs."""

    def __init__(self, error):
        status = status_pb2.Status()
        for key, value in error.trailing_metadata():
            if key == "grpc-status-details-bin":
                status.ParseFromString(value)
        self.reason, self.resources = None, []
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            resource = error_details_pb2.ResourceInfo()
            if detail.Unpack(info):
                self.reason = info.reason
            elif detail.Unpack(resource):
                self.resources.append(resource.resource_name)


# ---- the story


def story(bank_at, owner_at, dar):
    for participant in {bank_at, owner_at}:
        participant.upload(dar)
    step("uploaded the model")

    bank = bank_at.allocate("bank")
    alice = owner_at.allocate("alice")
    bob = bank_at.allocate("bob")
    bank_at.wait_until_known(alice)
    owner_at.wait_until_known(bob)
    step("allocated a bank, alice and bob")

    issued = bank_at.submit(bank, "issue", issue(bank, alice, "100.0"))
    first = the_contract(issued)
    seen = owner_at.transactions(alice, 0, count=1)
    expect(seen[0].update_id == issued.update_id, "alice does not see what the bank issued")
    active = owner_at.active(alice)
    expect([it.contract_id for it in active] == [first], f"alice has {active}")
    expect(owner(active[0]) == alice, f"alice does not own {active[0]}")
    step("issued an Iou to alice")

    transferred = owner_at.submit(alice, "transfer", transfer(first, bob))
    second = the_contract(bank_at.transactions(bob, 0, count=1)[0])
    expect(owner_at.active(alice) == [], "alice still has something")
    active = bank_at.active(bob)
    expect([it.contract_id for it in active] == [second], f"bob has {active}")
    expect(owner(active[0]) == bob, f"bob does not own {active[0]}")
    step("transferred it to bob; the active contracts are right on both sides")

    everything = owner_at.transactions(alice, 0)
    ids = [it.update_id for it in everything]
    expect(ids == [issued.update_id, transferred.update_id], f"alice's updates are {ids}")
    rest = owner_at.transactions(alice, everything[0].offset)
    expect(rest == everything[1:], f"resumed after {everything[0].offset}, alice sees {rest}")
    step("streamed updates from offset 0 and resumed in the middle")

    refused(
        lambda: bank_at.submit(bank, "issue", issue(bank, alice, "100.0")),
        "DUPLICATE_COMMAND",
        grpc.StatusCode.ALREADY_EXISTS,
    )
    step("saw a duplicate command refused")

    details = refused(
        lambda: owner_at.submit(alice, "again", transfer(first, bank)),
        "CONTRACT_NOT_FOUND",
        grpc.StatusCode.NOT_FOUND,
    )
    expect(first in details.resources, f"the error names {details.resources}, not {first}")
    expect(owner_at.transactions(alice, 0) == everything, "the refused commands left something")
    step("saw a double spend refused")


def step(what):
    print(f"ok: {what}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bank-port", type=int, required=True, help="Ledger API of the bank")
    parser.add_argument("--owner-port", type=int, required=True, help="Ledger API of alice")
    parser.add_argument("--dar", required=True, help="CantonExamples-3.2.0.dar")
    args = parser.parse_args()
    with open(args.dar, "rb") as file:
        dar = file.read()
    bank_at = Participant(args.bank_port)
    owner_at = bank_at if args.owner_port == args.bank_port else Participant(args.owner_port)
    try:
        story(bank_at, owner_at, dar)
    except Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")
    except grpc.RpcError as error:
        sys.exit(f"WRONG: the ledger answered {error.code()}: {error.details()}")


if __name__ == "__main__":
    main()
