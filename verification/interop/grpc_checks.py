"""Publishes and consumes over the native protocol with grpcio; run by grpc.sh. Usage: grpc_checks.py HOST:PORT"""
import queue
import sys
import uuid

import grpc
from millrace.v1 import admin_pb2, admin_pb2_grpc, messages_pb2, messages_pb2_grpc, work_pb2, work_pb2_grpc

PATIENCE_SECONDS = 30
TOPIC = "python-" + uuid.uuid4().hex[:12]
passed = 0
failed = 0


def check(what, right):
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
    print(("ok      " if right else "FAILED  ") + what)


class Worker:
    """One stream: what is put into the queue is sent."""

    def __init__(self, channel, resume=None):
        self.requests = queue.Queue()
        self.answers = work_pb2_grpc.WorkStub(channel).Session(iter(self.requests.get, None), timeout=PATIENCE_SECONDS)
        subscription = work_pb2.Subscription(topic=TOPIC, group="mail", lease_millis=60_000, credit=10)
        self.send(open=work_pb2.Open(subscriptions=[subscription], session_timeout_millis=5_000, resume=resume))
        self.opened = self.next("opened")

    def send(self, **kind):
        self.requests.put(work_pb2.WorkerMessage(**kind))

    def next(self, kind):
        for answer in self.answers:
            if answer.WhichOneof("kind") == kind:
                return getattr(answer, kind)
        raise AssertionError("the stream ended while waiting for " + kind)

    def take(self, count):
        taken = []
        while len(taken) < count:
            taken.extend(self.next("deliveries").deliveries)
        return taken


def publish(channel):
    messages = messages_pb2_grpc.MessagesStub(channel)
    answer = messages.Publish(messages_pb2.PublishRequest(
        topic=TOPIC, messages=[messages_pb2.NewMessage(body=b"a"), messages_pb2.NewMessage(body=b"b")]))
    check("a publish is answered with rising ids", len(answer.ids) == 2 and answer.ids[0] < answer.ids[1])
    requests = [messages_pb2.PublishRequest(topic=TOPIC, number=n, messages=[messages_pb2.NewMessage(body=body)])
                for n, body in ((1, b"c"), (2, b""), (3, b"d"))]
    answers = {answer.number: answer for answer in messages.PublishStream(iter(requests))}
    check("a stream answers each request", sorted(answers) == [1, 2, 3])
    check("a refused request does not end the stream", "empty" in answers[2].error.message and answers[3].ids)
    try:
        messages.Publish(messages_pb2.PublishRequest(topic="no/name"))
        check("a wrong request is refused", False)
    except grpc.RpcError as refused:
        check("a wrong request is refused", refused.code() == grpc.StatusCode.INVALID_ARGUMENT)


def consume(address):
    first_channel = grpc.insecure_channel(address)
    first = Worker(first_channel)
    taken = first.take(4)
    check("messages come in order", [each.body for each in taken] == [b"a", b"b", b"c", b"d"])
    first.send(results=work_pb2.Results(number=1, acks=[taken[0].token]))
    check("an ack is settled", not first.next("settled").stale)
    first_channel.close()

    with grpc.insecure_channel(address) as channel:
        holding = [work_pb2.Tokens(tokens=[each.token for each in taken[1:3]])]
        second = Worker(channel, work_pb2.Resume(session_id=first.opened.session_id, holding=holding))
        check("the session is resumed", second.opened.resumed)
        check("its leases are good", set(second.opened.held[0].tokens) == {each.token for each in taken[1:3]})
        again = second.take(1)[0]
        check("what was not named comes again", again.body == b"d" and again.attempt == 2)
        second.send(results=work_pb2.Results(number=1, acks=[taken[0].token]))
        check("a repeated batch has its old answer", not second.next("settled").stale)
        second.send(results=work_pb2.Results(number=2, acks=[each.token for each in taken[1:3]],
                                             burials=[work_pb2.Burial(token=again.token, error="enough")]))
        check("the rest is settled", not second.next("settled").stale)
        second.send(results=work_pb2.Results(number=3, acks=[again.token]))
        check("a stale token is named", list(second.next("settled").stale) == [again.token])
        second.send(goodbye=work_pb2.Goodbye())
        check("goodbye ends it", second.next("ended").reason == work_pb2.Ended.REASON_GOODBYE)


def administer(channel):
    admin = admin_pb2_grpc.AdminStub(channel)
    group = admin.GetStats(admin_pb2.GetStatsRequest(topic=TOPIC)).topics[0].groups[0]
    check("the figures add up", (group.offered, group.done, group.dead) == (4, 3, 1))
    letters = admin.ListDead(admin_pb2.ListDeadRequest(topic=TOPIC, group="mail")).letters
    check("the dead letter is listed", [(each.body, each.error) for each in letters] == [(b"d", "enough")])
    try:
        admin.DeleteTopic(admin_pb2.DeleteTopicRequest(topic=TOPIC))
        check("a deletion needs the token", False)
    except grpc.RpcError as refused:
        check("a deletion needs the token", refused.code() == grpc.StatusCode.UNAUTHENTICATED)


def main():
    address = sys.argv[1]
    with grpc.insecure_channel(address) as channel:
        publish(channel)
        consume(address)
        administer(channel)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
